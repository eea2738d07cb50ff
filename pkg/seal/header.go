package seal

import (
	"encoding/binary"
)

// HashSize is the size of a request hash in bytes.
const HashSize = 16

// maxName bounds topic and project in a header: longer ones cannot occur (a project has 64 characters,
// a topic 249).
const maxName = 255

// Header is what an envelope is bound to. It travels beside the envelope (topic, record headers), not
// in it: whoever opens says where the envelope was found, and a moved one does not open.
type Header struct {
	// Topic that the envelope is published on.
	Topic string
	// Project that owns the content; "" for what holds several projects.
	Project string
	// RequestHash is the keyed hash of project and request id. For contents of a block it is the
	// block's id: see ContentsHeader.
	RequestHash [HashSize]byte
}

// ContentsHeader is the header of the sealed contents of a block: they may belong to several projects
// and are bound to the block.
func ContentsHeader(topic string, blockID [16]byte) Header {
	return Header{Topic: topic, RequestHash: blockID}
}

func (h Header) valid() bool {
	return h.Topic != "" && len(h.Topic) <= maxName && len(h.Project) <= maxName
}

// associatedData is version, epoch and header, every variable part behind its length, so that no two
// headers give the same bytes.
func (h Header) associatedData(epoch EpochID) []byte {
	out := make([]byte, 0, 1+len(epoch)+4+len(h.Topic)+len(h.Project)+HashSize)
	out = append(out, version)
	out = append(out, epoch[:]...)
	out = appendName(out, h.Topic)
	out = appendName(out, h.Project)
	return append(out, h.RequestHash[:]...)
}

// keyContext is what a data key is exported for: one topic and project.
func (h Header) keyContext() string {
	out := make([]byte, 0, len(keyLabel)+4+len(h.Topic)+len(h.Project))
	out = append(out, keyLabel...)
	out = appendName(out, h.Topic)
	return string(appendName(out, h.Project))
}

func appendName(out []byte, name string) []byte {
	out = binary.BigEndian.AppendUint16(out, uint16(len(name))) //nolint:gosec // at most maxName, checked by valid
	return append(out, name...)
}
