package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// redactSource is a file to read and where its sanitized text goes.
type redactSource struct {
	name string // as reports name it
	from place
	to   place // path is "" when nothing is written
	size int64 // in bytes, when it was listed
}

// madeFolder is a folder of the output and the permissions that it gets in the end.
type madeFolder struct {
	path string
	perm fs.FileMode
}

// redactPlan is what a run over files will do.
type redactPlan struct {
	sources []redactSource
	folders []madeFolder
	bytes   int64
	skipped []skippedFile
	failed  []skippedFile // what could not even be listed
	roots   []*os.Root
	out     *os.Root    // of --out; nil when there is none
	outInfo fs.FileInfo // of the same
}

// skippedFile is a file that was left out, and why.
type skippedFile struct {
	File   string `json:"file"`
	Reason string `json:"reason"`
}

// close closes the trees.
func (p *redactPlan) close() error {
	var err error
	for _, r := range p.roots {
		err = errors.Join(err, r.Close())
	}
	return err
}

// planFiles lists the files under args. Nothing is written but the folder of --out itself. The caller closes the plan.
func planFiles(args []string, o redactOptions) (*redactPlan, error) {
	p := &redactPlan{}
	err := p.list(args, o)
	if err != nil {
		return nil, errors.Join(err, p.close())
	}
	return p, nil
}

func (p *redactPlan) list(args []string, o redactOptions) error {
	if o.out != "" {
		err := p.openOut(o.out)
		if err != nil {
			return err
		}
	}
	for _, arg := range args {
		info, err := os.Stat(arg)
		if err != nil {
			return fmt.Errorf("redact: %w; name files and folders that there are", err)
		}
		switch {
		case info.IsDir():
			err = p.tree(arg, info, len(args) == 1, o)
		case info.Mode().IsRegular():
			err = p.file(arg, info, o)
		default:
			p.skipped = append(p.skipped, skippedFile{File: arg, Reason: "not a regular file"})
		}
		if err != nil {
			return err
		}
	}
	return p.check(o)
}

func (p *redactPlan) openOut(dir string) error {
	err := os.MkdirAll(dir, 0o750)
	if err != nil {
		return fmt.Errorf("redact: --out: %w", err)
	}
	p.out, err = os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("redact: --out: %w", err)
	}
	p.roots = append(p.roots, p.out)
	p.outInfo, err = os.Stat(dir)
	if err != nil {
		return fmt.Errorf("redact: --out: %w", err)
	}
	return nil
}

// file plans one file that was named. A link to it is followed: it was meant.
func (p *redactPlan) file(arg string, info fs.FileInfo, o redactOptions) error {
	path, err := filepath.EvalSymlinks(arg)
	if err != nil {
		return fmt.Errorf("redact: %w", err)
	}
	s := redactSource{name: arg, from: place{path: path}, size: info.Size()}
	switch {
	case o.inPlace:
		s.to = s.from
	case o.out != "":
		s.to = place{root: p.out, path: filepath.Base(arg)}
	}
	p.add(s)
	return nil
}

func (p *redactPlan) add(s redactSource) {
	p.sources = append(p.sources, s)
	p.bytes += s.size
}

// tree plans all of a folder. The only folder is mirrored by --out itself, one of several stands in it under its name.
func (p *redactPlan) tree(arg string, info fs.FileInfo, only bool, o redactOptions) error {
	if p.out != nil && os.SameFile(info, p.outInfo) {
		return fmt.Errorf("redact: --out is the folder %s that is read; name another one, or use --in-place", arg)
	}
	root, err := os.OpenRoot(arg)
	if err != nil {
		return fmt.Errorf("redact: %w", err)
	}
	p.roots = append(p.roots, root)
	prefix := ""
	if !only {
		abs, err := filepath.Abs(arg)
		if err != nil {
			return fmt.Errorf("redact: %w", err)
		}
		prefix = filepath.Base(abs)
	}
	return fs.WalkDir(root.FS(), ".", func(path string, d fs.DirEntry, err error) error {
		name, path := filepath.Join(arg, filepath.FromSlash(path)), filepath.FromSlash(path)
		if err != nil {
			p.failed = append(p.failed, skippedFile{File: name, Reason: "cannot be listed: " + reasonOf(err)})
			return nil
		}
		return p.entry(root, name, path, prefix, d, o)
	})
}

// entry plans one file or folder of a tree. Links are not followed: what they point to is read where it stands, if it
// is in the tree.
func (p *redactPlan) entry(root *os.Root, name, path, prefix string, d fs.DirEntry, o redactOptions) error {
	if d.Type()&fs.ModeSymlink != 0 {
		p.skipped = append(p.skipped, skippedFile{File: name, Reason: "symbolic link: not followed"})
		return nil
	}
	if !d.IsDir() && !d.Type().IsRegular() {
		p.skipped = append(p.skipped, skippedFile{File: name, Reason: "not a regular file"})
		return nil
	}
	info, err := d.Info()
	if err != nil {
		p.failed = append(p.failed, skippedFile{File: name, Reason: "cannot be listed: " + reasonOf(err)})
		return nil
	}
	to := filepath.Join(prefix, path)
	if d.IsDir() {
		if p.out != nil && os.SameFile(info, p.outInfo) {
			return fs.SkipDir // the output of this or an earlier run
		}
		if p.out != nil && to != "." {
			p.folders = append(p.folders, madeFolder{path: to, perm: info.Mode().Perm()})
		}
		return nil
	}
	s := redactSource{name: name, from: place{root: root, path: path}, size: info.Size()}
	switch {
	case o.inPlace:
		s.to = s.from
	case p.out != nil:
		s.to = place{root: p.out, path: to}
	}
	p.add(s)
	return nil
}

// check refuses a plan that would write a file twice, or over one that is there.
func (p *redactPlan) check(o redactOptions) error {
	if p.out == nil {
		return nil
	}
	seen := make(map[string]string, len(p.sources))
	for _, s := range p.sources {
		other, taken := seen[s.to.path]
		if taken {
			return fmt.Errorf("redact: %s and %s would both be written to %s; redact them in two runs", other, s.name, s.to.path)
		}
		seen[s.to.path] = s.name
		if o.force {
			continue
		}
		there, err := s.to.exists()
		if err != nil {
			return fmt.Errorf("redact: --out: %s: %w", s.to.path, err)
		}
		if there {
			return alreadyThere(filepath.Join(o.out, s.to.path))
		}
	}
	return nil
}

func alreadyThere(name string) error {
	return fmt.Errorf("redact: %s is there already; choose another --out, or replace it with --force", name)
}

// makeFolders makes the folders of the output, such that files can be written there.
func (p *redactPlan) makeFolders() error {
	for i, f := range p.folders {
		err := p.out.Mkdir(f.path, 0o700)
		if errors.Is(err, fs.ErrExist) {
			p.folders[i].perm = 0 // not ours: it keeps its permissions
			continue
		}
		if err != nil {
			return fmt.Errorf("redact: --out: %w", err)
		}
	}
	return nil
}

// finishFolders gives the folders that were made the permissions of those that they mirror, the innermost first.
func (p *redactPlan) finishFolders() error {
	var errs error
	for i := len(p.folders) - 1; i >= 0; i-- {
		f := p.folders[i]
		if f.perm == 0 {
			continue
		}
		err := p.out.Chmod(f.path, f.perm)
		if err != nil {
			errs = errors.Join(errs, fmt.Errorf("redact: --out: %w", err))
		}
	}
	return errs
}

// reasonOf says what went wrong with a file without naming it a second time.
func reasonOf(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	var link *os.LinkError
	if errors.As(err, &link) {
		return link.Err.Error()
	}
	return err.Error()
}
