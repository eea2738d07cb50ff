// Package evidence packs what shows how a deployment is governed into one archive that is signed as a whole: a gzipped
// tar whose first file is a signed note that lists every other file with its hash. Whoever has the verifying key can
// tell that nothing was added, removed or changed since.
//
// It leaves out what is packed: `hushlog evidence` gathers that.
package evidence

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note" // the form of the trail's signatures
)

const (
	// manifestName is the first file of an archive.
	manifestName = "MANIFEST.note"
	// heading begins a manifest.
	heading = "hushlog evidence v1"
	// maxFile and maxFiles bound what is read of an archive, maxManifest its manifest.
	maxFile     = 256 << 20
	maxFiles    = 100_000
	maxManifest = 32 << 20
)

// ErrEvidence says that an archive is not what was signed, or was not signed by the key. The text says what differs.
var ErrEvidence = errors.New("the evidence does not verify")

// About says what an archive is of.
type About struct {
	// Made is when, From and To the period that it tells of.
	Made, From, To time.Time
	// By is who made it.
	By string
}

// nameForm is what files of an archive may be called: nothing that leaves the folder that it is unpacked in.
var nameForm = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9._-]*(/[a-zA-Z0-9][a-zA-Z0-9._-]*)*$`)

// byForm is what a maker may be called in a manifest.
var byForm = regexp.MustCompile(`^[^\x00-\x1f\x7f]{1,256}$`)

// Write writes an archive of files, by their names, and signs it.
func Write(w io.Writer, about About, files map[string][]byte, signer note.Signer) error {
	if !byForm.MatchString(about.By) {
		return errors.New("evidence: name who makes it")
	}
	var manifest strings.Builder
	fmt.Fprintf(&manifest, "%s\nmade %s\nof %s until %s\nby %s\n", heading, stamp(about.Made), stamp(about.From), stamp(about.To), about.By)
	names := slices.Sorted(maps.Keys(files))
	for _, name := range names {
		if !nameForm.MatchString(name) || name == manifestName {
			return fmt.Errorf("evidence: %q is no name of a file", name)
		}
		fmt.Fprintf(&manifest, "%s %d %s\n", hashOf(files[name]), len(files[name]), name)
	}
	signed, err := note.Sign(&note.Note{Text: manifest.String()}, signer)
	if err != nil {
		return fmt.Errorf("sign the manifest: %w", err)
	}
	zipped := gzip.NewWriter(w)
	archive := tar.NewWriter(zipped)
	err = add(archive, about.Made, manifestName, signed)
	for _, name := range names {
		if err == nil {
			err = add(archive, about.Made, name, files[name])
		}
	}
	err = errors.Join(err, archive.Close(), zipped.Close())
	if err != nil {
		return fmt.Errorf("write the evidence: %w", err)
	}
	return nil
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

func add(archive *tar.Writer, at time.Time, name string, data []byte) error {
	err := archive.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: int64(len(data)), Mode: 0o600, ModTime: at.UTC().Truncate(time.Second), Format: tar.FormatUSTAR})
	if err != nil {
		return err
	}
	_, err = archive.Write(data)
	return err
}

// Verify reads an archive and calls each for every file that is as it was signed, in the order of their names. Nothing of
// a file is given out before its hash was compared. The error wraps ErrEvidence when the archive is not what was signed,
// and is that of each otherwise.
func Verify(r io.Reader, verifier note.Verifier, each func(name string, data []byte) error) (About, error) {
	zipped, err := gzip.NewReader(r)
	if err != nil {
		return About{}, fmt.Errorf("it is no gzipped archive: %w", ErrEvidence)
	}
	archive := tar.NewReader(zipped)
	name, raw, err := next(archive, maxManifest)
	if err != nil || name != manifestName {
		return About{}, fmt.Errorf("it does not begin with its manifest: %w", ErrEvidence)
	}
	signed, err := note.Open(raw, note.VerifierList(verifier))
	if err != nil {
		return About{}, fmt.Errorf("the manifest was not signed by the key, or was changed: %w", ErrEvidence)
	}
	about, listed, err := parse(signed.Text)
	if err != nil {
		return about, err
	}
	for _, want := range listed {
		name, data, err := next(archive, maxFile)
		switch {
		case errors.Is(err, io.EOF):
			return about, fmt.Errorf("%s is missing: %w", want.name, ErrEvidence)
		case err != nil:
			return about, fmt.Errorf("%s cannot be read: %w", want.name, ErrEvidence)
		case name != want.name:
			return about, fmt.Errorf("%s stands where %s was: %w", printable(name), want.name, ErrEvidence)
		case hashOf(data) != want.hash:
			return about, fmt.Errorf("%s was changed: %w", name, ErrEvidence)
		}
		err = each(name, data)
		if err != nil {
			return about, err
		}
	}
	name, _, err = next(archive, maxFile)
	if !errors.Is(err, io.EOF) {
		return about, fmt.Errorf("%s was added: %w", printable(name), ErrEvidence)
	}
	return about, ends(zipped)
}

// ends wants nothing but padding until the end of what was compressed.
func ends(zipped io.Reader) error {
	chunk := make([]byte, 4<<10)
	for {
		n, err := zipped.Read(chunk)
		if len(bytes.Trim(chunk[:n], "\x00")) > 0 {
			return fmt.Errorf("something was added at its end: %w", ErrEvidence)
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("its end is cut off, or something was added there: %w", ErrEvidence)
		}
	}
}

// printable is a name as an error may show it.
func printable(name string) string {
	if nameForm.MatchString(name) {
		return name
	}
	return "something"
}

func next(archive *tar.Reader, most int64) (string, []byte, error) {
	header, err := archive.Next()
	if err != nil {
		return "", nil, err
	}
	if header.Typeflag != tar.TypeReg || header.Size > most {
		return header.Name, nil, ErrEvidence
	}
	var data bytes.Buffer
	_, err = io.Copy(&data, io.LimitReader(archive, most))
	return header.Name, data.Bytes(), err
}

type listedFile struct{ hash, name string }

// parse reads a manifest whose signature was found good: it is ours, of this version or another.
func parse(text string) (About, []listedFile, error) {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(lines) < 4 || lines[0] != heading || len(lines) > maxFiles {
		return About{}, nil, fmt.Errorf("the manifest is none of this version: %w", ErrEvidence)
	}
	about, err := parseAbout(lines[1:4])
	if err != nil {
		return about, nil, fmt.Errorf("the manifest does not say what it is of: %w", ErrEvidence)
	}
	var files []listedFile
	for _, line := range lines[4:] {
		fields := strings.Split(line, " ")
		if len(fields) != 3 || !nameForm.MatchString(fields[2]) {
			return about, nil, fmt.Errorf("the manifest has a line that lists no file: %w", ErrEvidence)
		}
		files = append(files, listedFile{fields[0], fields[2]})
	}
	return about, files, nil
}

func parseAbout(lines []string) (About, error) {
	var about About
	var errs [3]error
	about.Made, errs[0] = time.Parse(time.RFC3339, strings.TrimPrefix(lines[0], "made "))
	from, to, _ := strings.Cut(strings.TrimPrefix(lines[1], "of "), " until ")
	about.From, errs[1] = time.Parse(time.RFC3339, from)
	about.To, errs[2] = time.Parse(time.RFC3339, to)
	about.By = strings.TrimPrefix(lines[2], "by ")
	return about, errors.Join(errs[:]...)
}
