package embedded

import (
	"bytes"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hushlog/hushlog/pkg/identity"
)

// diskConfig puts the tables and the backups on encrypted disks. The keys come
// from a file of their own. Statements spill nothing: see engineUsers.
//
// The first volume takes no part, however small, and so gets what a table keeps
// beside its parts: the log of deduplication tokens, which hold no data. On an
// encrypted disk ClickHouse loses that log when it is killed, and stores what is
// inserted again twice.
const diskConfig = `<clickhouse>
  <storage_configuration>
    <disks>
      <plain_data><type>local</type><path>%[1]s/</path><keep_free_space_bytes>%[3]d</keep_free_space_bytes></plain_data>
      <` + identity.DiskData + `><type>encrypted</type><disk>plain_data</disk><path>v1/</path><algorithm>AES_256_CTR</algorithm></` + identity.DiskData + `>
      <plain_backups>%[2]s</plain_backups>
      <` + identity.DiskBackups + `><type>encrypted</type><disk>plain_backups</disk><path>v1/</path><algorithm>AES_256_CTR</algorithm></` + identity.DiskBackups + `>
    </disks>
    <policies><encrypted><volumes>
      <notes><disk>default</disk><max_data_part_size_bytes>1</max_data_part_size_bytes></notes>
      <main><disk>` + identity.DiskData + `</disk></main>
    </volumes></encrypted></policies>
  </storage_configuration>
  <merge_tree><storage_policy>encrypted</storage_policy></merge_tree>
  <backups><allowed_disk>` + identity.DiskBackups + `</allowed_disk></backups>
</clickhouse>
`

// errDisks says that a data directory and the configuration do not agree on
// encryption. Nothing was changed.
var errDisks = errors.New("encryption of the data directory cannot be switched: back up (`hushlog store backup`), begin with an empty directory, restore")

// writeDisks writes the configuration of the encrypted disks, or sees to it that there is none.
func (e *engine) writeDisks(opt engineOptions) error {
	keysFile := opt.disksFile
	sealed := filepath.Join(e.dir, "sealed")
	parts := filepath.Join(e.dir, "config", "config.d")
	if keysFile == "" {
		if !isEmpty(sealed) {
			return fmt.Errorf("%s was encrypted and disks_file is not set: %w", e.dir, errDisks)
		}
		err := os.RemoveAll(parts)
		if err != nil {
			return fmt.Errorf("remove the configuration of disks: %w", err)
		}
		return nil
	}
	if isEmpty(sealed) && !isEmpty(filepath.Join(e.dir, "store", "store")) {
		return fmt.Errorf("%s is not encrypted and disks_file is set: %w", e.dir, errDisks)
	}
	keys, err := os.ReadFile(keysFile)
	if err != nil {
		return fmt.Errorf("disks_file: %w", err)
	}
	err = checkDisks(keys)
	if err != nil {
		return fmt.Errorf("disks_file %s: %w", keysFile, err)
	}
	backups, err := filepath.Abs(opt.backupDir)
	if err != nil {
		return fmt.Errorf("backup_dir: %w", err)
	}
	under := "<type>local</type><path>" + xmlText(backups) + "/</path>"
	if opt.backupS3 != "" {
		// Plain: objects have the names of the files, which retention deletes by at their date.
		under = "<type>s3_plain</type><endpoint>" + xmlText(opt.backupS3) + "</endpoint><use_environment_credentials>1</use_environment_credentials>"
	}
	data, err := filepath.Abs(sealed)
	if err != nil {
		return fmt.Errorf("data_dir: %w", err)
	}
	for _, dir := range []string{parts, data, backups} {
		err = os.MkdirAll(dir, 0o700)
		if err != nil {
			return fmt.Errorf("make the directories of disks: %w", err)
		}
	}
	// The keys are linked, not copied: they stay where secrets are, and not beside what they open.
	err = errors.Join(
		replaceFile(filepath.Join(parts, "disks.xml"), fmt.Appendf(nil, diskConfig, xmlText(data), under, keepFree)),
		linkFile(filepath.Join(parts, "keys.xml"), keysFile),
	)
	if err != nil {
		return fmt.Errorf("write the configuration of disks: %w", err)
	}
	return nil
}

// linkFile makes path a link to target, whatever path was.
func linkFile(path, target string) error {
	target, err := filepath.Abs(target)
	if err != nil {
		return err
	}
	err = os.Remove(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return os.Symlink(target, path)
}

// isEmpty reports whether dir holds nothing or is not there.
func isEmpty(dir string) bool {
	entries, err := os.ReadDir(dir)
	return err != nil || len(entries) == 0
}

// diskKeys is what a file of keys may hold, and nothing else of ClickHouse's configuration.
type diskKeys struct {
	XMLName xml.Name `xml:"clickhouse"`
	Disks   struct {
		Disks []struct {
			XMLName xml.Name
			Keys    []struct {
				ID  string `xml:"id,attr"`
				Hex string `xml:",chardata"`
			} `xml:"key_hex"`
			Current string `xml:"current_key_id"`
		} `xml:",any"`
	} `xml:"storage_configuration>disks"`
}

// diskElements are the elements that a file of keys may have.
var diskElements = []string{"clickhouse", "storage_configuration", "disks", identity.DiskData, identity.DiskBackups, "key_hex", "current_key_id"}

// checkDisks refuses a file of keys that the engine would read otherwise than it is meant, so that nothing is written
// unencrypted, under a short key, or under one that its errors would show.
func checkDisks(raw []byte) error {
	decoder := xml.NewDecoder(bytes.NewReader(raw))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return errors.New("not well-formed XML") // the cause may quote a key
		}
		start, ok := token.(xml.StartElement)
		if ok && !slices.Contains(diskElements, start.Name.Local) {
			return fmt.Errorf("element <%s> does not belong there", start.Name.Local)
		}
	}
	var keys diskKeys
	err := xml.Unmarshal(raw, &keys)
	if err != nil {
		return errors.New("the root element must be <clickhouse>")
	}
	var named []string
	for _, disk := range keys.Disks.Disks {
		name := disk.XMLName.Local
		named = append(named, name)
		found := false
		for _, key := range disk.Keys {
			decoded, err := hex.DecodeString(strings.TrimSpace(key.Hex))
			if err != nil || len(decoded) != identity.KeySize {
				return fmt.Errorf("disk %s: key %q is not %d bytes in hex", name, key.ID, identity.KeySize)
			}
			found = found || key.ID == disk.Current
		}
		if !found {
			return fmt.Errorf("disk %s: current_key_id names none of its keys", name)
		}
	}
	for _, name := range []string{identity.DiskData, identity.DiskBackups} {
		if !slices.Contains(named, name) {
			return fmt.Errorf("disk %s has no key; make the file with `hushlog secrets`", name)
		}
	}
	return nil
}
