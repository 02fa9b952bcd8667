/*
 * http_fixture: a server that echoes requests (hx_server), a server that sends what a test sets
 * (hx_script), and clients of both.
 */
#ifndef VV_TESTS_UNIT_TRANSPORT_HTTP_FIXTURE_H
#define VV_TESTS_UNIT_TRANSPORT_HTTP_FIXTURE_H

#include "base/thread.h"
#include "tests/unit/repo/git_fixture.h"
#include "transport/line/channel.h"
#include "transport/line/options.h"
#include "transport/line/url.h"
#include "transport/protocol/connect.h"
#include "transport/server/server.h"

/* A server that echoes requests. A request is a length, 8 bytes in little-endian order, and so many
 * bytes; the answer is equal to it. The answer to the length 0 is "rw" or "r-", a space, and the
 * user's name or "nobody". The length UINT64_MAX makes the handler fail. The length UINT64_MAX - n,
 * for n below 60, is answered like 0, after n seconds. The server also has the file raw/HEAD/file,
 * "abc". raw/HEAD/later fails with VV_ELOCKED, and raw/HEAD/large with VV_EREFUSED. */
typedef struct hx_server {
	vv_http_server *server;
	vv_mutex *lock;
	vv_buf log; /* the server's log, a line for each ended request */
} hx_server;

/* Starts the server for the repository of the current folder, which hx_begin makes first
 * (git_begin). The server is static: only one can run at a time. hx_begin_with uses the options
 * `more`, and sets address, paths and hosts if they are not set. */
hx_server *hx_begin(void);
hx_server *hx_begin_with(const vv_http_options *more);
void hx_end(hx_server *f);
vv_status hx_echo(void *payload, const vv_http_call *call, vv_channel *line, vv_error *err);
size_t hx_ended(const hx_server *f); /* number of ended requests */
unsigned hx_port(const hx_server *f);
/* the URL of path, in a static buffer */
const char *hx_below(const hx_server *f, const char *path);

/* Connects to the URL text. write: for a push. idle: the time limit in seconds, or 0 for the
 * default. */
vv_status hx_connect(vv_channel **out, const char *text, bool write, unsigned idle, vv_error *err);
/* Sends a request of len bytes, and asserts that the answer is equal. */
vv_status hx_ask(vv_channel *c, uint64_t len, vv_error *err);
vv_status hx_ask_who(vv_channel *c, char out[64], vv_error *err); /* the answer to length 0 */
/* Sends the len bytes of text on a new connection, and returns the first 4095 bytes of the answer
 * ("": the server only closed the connection), in a static buffer. */
const char *hx_say(const hx_server *f, const char *text, size_t len);
int hx_dial(const hx_server *f);
void hx_pause(unsigned ms);

/* A server that sends the same answer on each connection, or another answer on the second and later
 * ones. */
typedef struct hx_script {
	int listener;
	unsigned port;
	const char *answer;  /* the answer to every request */
	size_t answer_len;   /* 0: answer is a string */
	const char *second;  /* the answer on the second and later connections; may be NULL */
	unsigned answers;    /* number of connections to accept */
	unsigned hold_ms;    /* milliseconds from the answer until the connection is closed */
	bool drips;          /* send one more byte every 100 ms of hold_ms */
	char heads[4][2048]; /* the beginnings of the requests; request i is in heads[i % 4] */
	vv_worker *worker;
} hx_script;
/* Opens the listener of *s. The caller may then set members, and calls hx_script_run, which serves
 * in another thread, and hx_script_end. */
void hx_script_begin(hx_script *s, const char *answer, unsigned answers);
void hx_script_run(hx_script *s);
void hx_script_end(hx_script *s);
/* Runs the server, sends one request to it, ends the server, and asserts that the request fails
 * with this status. Returns the error. */
vv_error hx_ask_script(hx_script *s, vv_status wanted, unsigned idle);

#endif
