package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/hushlog/hushlog/pkg/identity"
	"github.com/hushlog/hushlog/services/setup"
)

// newCertsCommand makes the certificates of a deployment.
func newCertsCommand() *cobra.Command {
	var (
		layout identity.Layout
		hosts  []string
		renew  bool
	)
	cmd := &cobra.Command{
		Use:   "certs",
		Short: "Make the CA and the certificates of a deployment",
		Long: "Makes the deployment's CA when there is none, and a certificate for each service, for Kafka, for ClickHouse\n" +
			"and for each role of the policy, when it is missing or ends within 30 days. Running services use a renewed\n" +
			"certificate from their next connection on. Certificates are good for localhost, their own name and --host.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			err := requireDir(layout)
			if err != nil {
				return err
			}
			p, err := setup.Policy(layout)
			if err != nil {
				return err
			}
			files, err := setup.IssueCertificates(layout, p, hosts, renew)
			reportFiles(cmd, files)
			return err
		},
	}
	addDirFlag(cmd, &layout)
	cmd.Flags().StringSliceVar(&hosts, "host", nil, "further host `name` or IP address that clients will use; may be repeated")
	cmd.Flags().BoolVar(&renew, "renew", false, "renew every certificate, whatever its date; never the CA")
	return cmd
}

// newSecretsCommand makes the secrets of a deployment.
func newSecretsCommand() *cobra.Command {
	var (
		layout identity.Layout
		force  bool
	)
	cmd := &cobra.Command{
		Use:   "secrets",
		Short: "Make the keys and passwords of a deployment, its first policy and its users of ClickHouse",
		Long: "Makes every secret that is missing (random, readable by its owner alone), the default policy when there is\n" +
			"none, the empty lists of keys and people, and ClickHouse's users.xml from the policy. Nothing that is there is\n" +
			"overwritten, but users.xml, which follows the policy.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			err := requireDir(layout)
			if err != nil {
				return err
			}
			return makeSecrets(cmd, layout, force)
		},
	}
	addDirFlag(cmd, &layout)
	cmd.Flags().BoolVar(&force, "force", false,
		"replace every secret: pseudonyms change, what is sealed cannot be opened, services must be restarted")
	return cmd
}

func makeSecrets(cmd *cobra.Command, layout identity.Layout, force bool) error {
	secrets, err := identity.CreateSecrets(layout, time.Now(), force)
	for _, s := range secrets {
		reportFiles(cmd, []setup.File{{Path: s.Path, Created: s.Created}})
	}
	if err != nil {
		return err
	}
	_, files, err := setup.PreparePolicy(layout)
	reportFiles(cmd, files)
	if err != nil {
		return err
	}
	return setup.EnsureAccess(layout)
}
