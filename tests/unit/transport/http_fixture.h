/*
 * http_fixture: a server whose answers are echoes, a server that says what a test wants, and
 * clients of both.
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

/* A request is 8 bytes of length (little-endian) and so many bytes; the answer is the same.
 * Length 0 is answered with "rw" or "r-" and the user's name; UINT64_MAX fails; UINT64_MAX - n
 * is answered after n seconds of work, like length 0. raw/HEAD/file is the file "abc"; of raw/HEAD/later its client has had
 * its share, and raw/HEAD/large takes too much memory. */
typedef struct hx_server {
	vv_http_server *server;
	vv_mutex *lock;
	vv_buf log; /* a line for each request that has ended */
} hx_server;

/* Of the repository of the current folder; begin makes it first. One at a time. */
hx_server *hx_begin(void);
hx_server *hx_begin_with(const vv_http_options *more);
void hx_end(hx_server *f);
vv_status hx_echo(void *payload, const vv_http_call *call, vv_channel *line, vv_error *err);
size_t hx_ended(const hx_server *f); /* requests */
unsigned hx_port(const hx_server *f);
const char *hx_below(const hx_server *f, const char *path); /* the URL of path; static */

/* A channel there; write: to push. idle: seconds, or 0. */
vv_status hx_connect(vv_channel **out, const char *text, bool write, unsigned idle, vv_error *err);
vv_status hx_ask(vv_channel *c, uint64_t len, vv_error *err);
vv_status hx_ask_who(vv_channel *c, char out[64], vv_error *err); /* who the server thinks we are */
/* Sends text on a new connection; the start of what comes back ("" when it is closed); static. */
const char *hx_say(const hx_server *f, const char *text, size_t len);
int hx_dial(const hx_server *f);
void hx_pause(unsigned ms);

/* A server that gives each connection the same answer, or the later ones another. */
typedef struct hx_script {
	int listener;
	unsigned port;
	const char *answer;  /* of every request */
	size_t answer_len;   /* 0: it is a string */
	const char *second;  /* of the second and later ones; may be NULL */
	unsigned answers;    /* connections to take */
	unsigned hold_ms;    /* before the connection is closed */
	bool drips;          /* one byte more every 100 ms of these */
	char heads[4][2048]; /* what the requests began with */
	vv_worker *worker;
} hx_script;
void hx_script_begin(hx_script *s, const char *answer, unsigned answers);
void hx_script_run(hx_script *s);
void hx_script_end(hx_script *s);
/* Asks it one request; the error, which must have this status. */
vv_error hx_ask_script(hx_script *s, vv_status wanted, unsigned idle);

#endif
