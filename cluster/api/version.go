package api

import (
	"context"
	"encoding/json"
	"strings"
)

// Version returns the version of the API server, such as "1.36".
func (c *Conn) Version(ctx context.Context) (string, error) {
	var info struct{ Major, Minor string }
	err := c.Retry(ctx, func(ctx context.Context) error {
		body, err := c.Stream(ctx, "/version", nil)
		if err != nil {
			return err
		}
		defer body.Close()
		return json.NewDecoder(body).Decode(&info)
	})
	if err != nil {
		return "", c.Explain(err, "ask the API server for its version")
	}
	// Some providers add a plus sign: "36+".
	return strings.TrimSuffix(info.Major, "+") + "." + strings.TrimSuffix(info.Minor, "+"), nil
}
