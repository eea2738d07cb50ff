package client_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/hushlog/hushlog/pkg/client"
	hushlogv1 "github.com/hushlog/hushlog/proto/hushlog/v1"
)

// chat is one call to a model, as the service that made it saw it.
func chat(started time.Time, prompt, answer string) *hushlogv1.Interaction {
	text := func(s string) []*hushlogv1.Part {
		return []*hushlogv1.Part{{Part: &hushlogv1.Part_Text{Text: &hushlogv1.TextPart{Text: s}}}}
	}
	return &hushlogv1.Interaction{
		RequestId: "order-42", StartedAt: timestamppb.New(started), Latency: durationpb.New(time.Since(started)),
		Purpose:  "debugging", // without a purpose only metadata is kept
		Service:  "shop-assistant",
		Model:    &hushlogv1.Model{Provider: "acme", Name: "acme-large"},
		EndUser:  &hushlogv1.EndUser{Id: "customer-7"},
		Messages: []*hushlogv1.Message{{Role: hushlogv1.Role_ROLE_USER, Parts: text(prompt)}},
		Response: &hushlogv1.Response{Choices: []*hushlogv1.Choice{
			{Message: &hushlogv1.Message{Role: hushlogv1.Role_ROLE_ASSISTANT, Parts: text(answer)}, FinishReason: "stop"},
		}},
	}
}

// exampleGateway stands in for a gateway that runs elsewhere.
func exampleGateway() (addr, caFile string, stop func()) {
	dir, err := os.MkdirTemp("", "hushlog-example")
	if err != nil {
		panic(err)
	}
	g, stopServer, err := startGateway(dir)
	if err != nil {
		panic(err)
	}
	return g.addr, g.caFile, func() { stopServer(); _ = os.RemoveAll(dir) }
}

// Log answers once the interaction is durable.
func ExampleClient_Log() {
	addr, caFile, stop := exampleGateway()
	defer stop()

	c, err := client.New(addr, client.Options{APIKey: "hl_...", CAFile: caFile})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = c.Close() }()

	id, err := c.Log(context.Background(), chat(time.Now(), "Where is my parcel?", "It arrives tomorrow."))
	var refused *client.Error
	switch {
	case errors.As(err, &refused):
		fmt.Println("not taken:", refused.Reason)
	case err != nil:
		fmt.Println("not sent:", err)
	default:
		fmt.Println("durable:", id)
	}
	// Output: durable: order-42
}

// A Logger sends in the background. What cannot be delivered is handed back, never dropped.
func ExampleLogger() {
	addr, caFile, stop := exampleGateway()
	defer stop()

	c, err := client.New(addr, client.Options{APIKey: "hl_...", CAFile: caFile})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = c.Close() }()

	logger, err := c.NewLogger(client.LoggerOptions{
		WhenFull: client.WhenFullFail, // a request that waits for its log is worse than a full buffer that says so
		OnFailure: func(in *hushlogv1.Interaction, err error) {
			fmt.Println("not delivered:", in.GetRequestId(), err)
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	err = logger.Log(context.Background(), chat(time.Now(), "Where is my parcel?", "It arrives tomorrow."))
	if errors.Is(err, client.ErrFull) {
		fmt.Println("full: count it, keep it, or slow down")
	}

	// Before the process ends: everything is delivered, or was handed back.
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	err = logger.Close(ctx)
	fmt.Println("closed:", err)
	// Output: closed: <nil>
}
