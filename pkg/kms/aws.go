package kms

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	// AWS's own client: gocloud has no call that makes or destroys keys.
	"github.com/aws/aws-sdk-go-v2/aws"
	awsapi "github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	gcaws "gocloud.dev/aws"
)

const (
	aliasPrefix = "alias/"
	// pendingDays is how long AWS keeps a key that is to be destroyed; it takes 7 to 30 days.
	pendingDays = 7
)

// awsSteward makes a key with an alias per day and schedules its deletion. It needs kms:ListAliases,
// kms:DescribeKey, kms:CreateKey, kms:CreateAlias and kms:ScheduleKeyDeletion.
type awsSteward struct {
	client *awsapi.Client
	keyForm
}

func openAWSSteward(ctx context.Context, rawURL string) (*awsSteward, error) {
	err := checkMark(rawURL)
	if err != nil {
		return nil, err
	}
	u, err := ofDay(rawURL, sampleDay)
	if err != nil {
		return nil, err
	}
	name := strings.TrimPrefix(u.Host+u.Path, "/")
	if !strings.HasPrefix(name, aliasPrefix) {
		return nil, errors.New("KMS URL awskms has to name an alias per day, as awskms://alias/hushlog-{day}: keys' own ids are drawn by AWS")
	}
	query := u.Query()
	for name := range query {
		if strings.HasPrefix(name, "context_") { // of the keeper's encryption
			query.Del(name)
		}
	}
	cfg, err := gcaws.V2ConfigFromURLParams(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("open KMS awskms: %w", err)
	}
	return &awsSteward{awsapi.NewFromConfig(cfg), formOf(name)}, nil
}

// Prepare makes a key, and names it afterwards: one that gets no name, as the process ends in between,
// wraps nothing and is a key too many in the account.
func (s *awsSteward) Prepare(ctx context.Context, days ...string) error {
	for _, day := range days {
		if !isDay(day) {
			return errNotADay
		}
		known, err := s.describe(ctx, day)
		if err != nil {
			return err
		}
		if known != nil {
			continue
		}
		made, err := s.client.CreateKey(ctx, &awsapi.CreateKeyInput{
			Description: aws.String("hushlog: wraps the private keys of epochs made on " + day),
			Tags:        []types.Tag{{TagKey: aws.String("hushlog-day"), TagValue: aws.String(day)}},
		})
		if err != nil {
			return fmt.Errorf("make KMS key %s: %w", day, err)
		}
		_, err = s.client.CreateAlias(ctx, &awsapi.CreateAliasInput{AliasName: aws.String(s.name(day)), TargetKeyId: made.KeyMetadata.KeyId})
		if err != nil {
			return fmt.Errorf("name KMS key %s: %w", day, err)
		}
	}
	return nil
}

// Days lists aliases of the URL's form.
func (s *awsSteward) Days(ctx context.Context) ([]string, error) {
	var names []string
	pages := awsapi.NewListAliasesPaginator(s.client, &awsapi.ListAliasesInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list KMS keys: %w", err)
		}
		for _, alias := range page.Aliases {
			names = append(names, aws.ToString(alias.AliasName))
		}
	}
	return s.days(names), nil
}

// Destroy schedules the key's deletion. From then on AWS refuses to use the key; the alias stays until the
// deletion, so that Destroy says the same when it is asked again.
func (s *awsSteward) Destroy(ctx context.Context, day string) (Destruction, error) {
	if !isDay(day) {
		return Destruction{}, errNotADay
	}
	known, err := s.describe(ctx, day)
	if err != nil || known == nil {
		return Destruction{}, err
	}
	if known.KeyState == types.KeyStatePendingDeletion && known.DeletionDate != nil {
		return Destruction{CanBeUndoneUntil: known.DeletionDate.UTC().Truncate(time.Second)}, nil
	}
	out, err := s.client.ScheduleKeyDeletion(ctx, &awsapi.ScheduleKeyDeletionInput{KeyId: known.KeyId, PendingWindowInDays: aws.Int32(pendingDays)})
	if err != nil {
		return Destruction{}, fmt.Errorf("destroy KMS key %s: %w", day, err)
	}
	if out.DeletionDate == nil {
		return Destruction{}, fmt.Errorf("destroy KMS key %s: AWS did not say when, of the %s days asked for", day, strconv.Itoa(pendingDays))
	}
	return Destruction{CanBeUndoneUntil: out.DeletionDate.UTC().Truncate(time.Second)}, nil
}

// describe returns nil of a day without a key.
func (s *awsSteward) describe(ctx context.Context, day string) (*types.KeyMetadata, error) {
	out, err := s.client.DescribeKey(ctx, &awsapi.DescribeKeyInput{KeyId: aws.String(s.name(day))})
	var gone *types.NotFoundException
	if errors.As(err, &gone) {
		return nil, nil //nolint:nilnil // a day without a key is what is asked
	}
	if err != nil {
		return nil, fmt.Errorf("look for KMS key %s: %w", day, err)
	}
	return out.KeyMetadata, nil
}
