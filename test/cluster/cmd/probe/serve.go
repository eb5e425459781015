package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync/atomic"
	"time"
)

const patience = 2 * time.Second

// serveHTTP answers requests in the background:
//
//	/                      the report; ?file=PATH, repeatable, adds files
//	/file?path=            one file
//	/write?path=           writes the request's body, /remove?path= removes
//	/lookup?name=          the addresses of a name
//	/connect?addr=&net=    connects (net: tcp or udp) and returns what the other side says
//	/exit?code=            ends the program
//	/fail, /healthy        make /health answer 500 or 200 from then on
func serveHTTP(address string) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	var sick atomic.Bool
	mux := http.NewServeMux()
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, r *http.Request) { answer(w, newReport(r.URL.Query()["file"])) })
	mux.HandleFunc("/file", func(w http.ResponseWriter, r *http.Request) { answer(w, fileAt(r.FormValue("path"))) })
	mux.HandleFunc("/write", func(w http.ResponseWriter, r *http.Request) {
		data, err := io.ReadAll(r.Body)
		if err == nil {
			err = os.WriteFile(r.URL.Query().Get("path"), data, 0o644)
		}
		answer(w, result{Error: message(err)})
	})
	mux.HandleFunc("/remove", func(w http.ResponseWriter, r *http.Request) {
		answer(w, result{Error: message(os.RemoveAll(r.FormValue("path")))})
	})
	mux.HandleFunc("/lookup", func(w http.ResponseWriter, r *http.Request) {
		found, err := net.DefaultResolver.LookupHost(r.Context(), r.FormValue("name"))
		answer(w, result{Addresses: found, Error: message(err)})
	})
	mux.HandleFunc("/connect", func(w http.ResponseWriter, r *http.Request) {
		answer(w, connect(r.FormValue("net"), r.FormValue("addr")))
	})
	mux.HandleFunc("/exit", func(_ http.ResponseWriter, r *http.Request) {
		code, _ := strconv.Atoi(r.FormValue("code"))
		os.Exit(code)
	})
	mux.HandleFunc("/fail", func(http.ResponseWriter, *http.Request) { sick.Store(true) })
	mux.HandleFunc("/healthy", func(http.ResponseWriter, *http.Request) { sick.Store(false) })
	mux.HandleFunc("/health", func(w http.ResponseWriter, _ *http.Request) {
		if sick.Load() {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	server := &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(listener) }()
	return nil
}

// result is the answer to a question about the network or the file system.
type result struct {
	Addresses []string `json:"addresses,omitempty"`
	Said      string   `json:"said,omitempty"`
	Error     string   `json:"error,omitempty"`
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func answer(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value)
}

// connect says hello and returns what comes back within patience.
func connect(network, address string) result {
	if network == "" {
		network = "tcp"
	}
	conn, err := net.DialTimeout(network, address, patience)
	if err != nil {
		return result{Error: err.Error()}
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	if network == "udp" {
		if _, err := fmt.Fprintln(conn, "hello"); err != nil {
			return result{Error: err.Error()}
		}
	}
	buffer := make([]byte, 512)
	n, err := conn.Read(buffer)
	if network == "tcp" {
		// The connection stands; whether the other side speaks is its own affair.
		err = nil
	}
	return result{Said: string(buffer[:n]), Error: message(err)}
}

func serveTCP(address string) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	name, _ := os.Hostname()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = fmt.Fprint(conn, name)
			_ = conn.Close()
		}
	}()
	return nil
}

func serveUDP(address string) error {
	conn, err := net.ListenPacket("udp", address)
	if err != nil {
		return err
	}
	name, _ := os.Hostname()
	go func() {
		buffer := make([]byte, 512)
		for {
			_, from, err := conn.ReadFrom(buffer)
			if err != nil {
				return
			}
			_, _ = conn.WriteTo([]byte(name), from)
		}
	}()
	return nil
}
