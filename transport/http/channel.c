/*
 * channel: runs a channel over HTTP, each turn one POST.
 *
 * libcurl's multi interface is driven from write, turn, read and done, so that one thread is
 * enough: a request goes up while it is written, an answer comes down while it is read. A request
 * that fits into the first buffer is sent whole, which spares the wait for "100 Continue"; a longer
 * one goes in chunks as it is made. A small request is kept after sending, so that it can be
 * repeated with credentials or at a redirect's target.
 */
#include "transport/http/channel.h"

#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/auto.h"
#include "base/error.h"
#include "base/hint.h"
#include "base/secret.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/program.h"
#include "repo/git/repository.h"
#include "transport/http/credential.h"
#include "transport/http/curl.h"
#include "transport/line/pipe.h"
#include "transport/line/url.h"

#define WHOLE_MAX ((size_t)64 << 10)   /* a request up to this size is sent whole */
#define REPLAY_MAX ((size_t)256 << 10) /* bytes sent that are kept to be sent again */
#define IN_MAX ((size_t)256 << 10)     /* of the answer, before libcurl has to wait */
#define SAID_MAX 2048u                 /* of an answer that is not varve's */
#define REDIRECTS_MAX 3u
#define TYPE "application/x-varve"

typedef struct line {
	const http_curl *c;
	CURLM *multi;
	CURL *easy;
	struct curl_slist *headers;
	vv_repository *repo;
	const vv_env *env; /* borrowed; for git credential */
	vv_url url; /* where to, moved on by redirects; its text names the peer in messages */
	bool push, stranger;
	bool *foreign;                /* as in vv_connect_options */
	unsigned idle_sec, first_sec; /* first_sec: until something came */
	const vv_channel *owner;      /* ends the waits */
	http_settings settings;
	http_credential credential;
	bool has_credential, approved;
	unsigned redirects;

	/* the request: out[0 .. out_pos) was given to libcurl */
	vv_buf out;
	size_t out_pos;
	bool no_replay; /* the start of the request is forgotten */
	bool whole;     /* turn was called: nothing more comes */
	bool under_way; /* the transfer is added to multi */
	bool dropped;   /* the peer answered early: further writes are dropped */
	/* the answer */
	vv_buf in;
	size_t in_pos;
	bool in_paused, out_paused;
	bool checked; /* the status is 200, of our type */
	bool finished;
	CURLcode code;     /* when finished */
	vv_buf said;       /* the beginning of a body that is not varve's */
	uint64_t moved_ms; /* when a byte moved last */
	bool stirred;      /* one did since drive began */
	bool given_up;     /* it was waited for in vain: no second wait follows */
	char words[CURL_ERROR_SIZE];
} line;

static void note_progress(line *l)
{
	l->moved_ms = vv_monotonic_ms();
	l->stirred = true;
}

/* ---- what libcurl calls ---- */

static size_t give_request(char *to, size_t size, size_t count, void *payload)
{
	line *l = payload;
	size_t n = size * count, have = l->out.len - l->out_pos;

	if (have == 0) {
		l->out_paused = !l->whole;
		return l->whole ? 0 : CURL_READFUNC_PAUSE;
	}
	note_progress(l);
	n = n < have ? n : have;
	memcpy(to, l->out.data + l->out_pos, n);
	l->out_pos += n;
	if (l->out_pos > REPLAY_MAX) {
		l->no_replay = true;
	}
	return n;
}

/* libcurl begins again where a kept connection turned out to be dead. */
static int rewind_request(void *payload, curl_off_t offset, int origin)
{
	line *l = payload;

	if (origin != SEEK_SET || l->no_replay || offset < 0 || (size_t)offset > l->out.len) {
		return CURL_SEEKFUNC_FAIL;
	}
	l->out_pos = (size_t)offset;
	return CURL_SEEKFUNC_OK;
}

static long status_of(const line *l)
{
	long status = 0;

	(void)l->c->getinfo(l->easy, CURLINFO_RESPONSE_CODE, &status);
	return status;
}

static bool is_answer(const line *l)
{
	char *type = NULL;

	(void)l->c->getinfo(l->easy, CURLINFO_CONTENT_TYPE, &type);
	return status_of(l) == 200 && type && strcmp(type, TYPE) == 0;
}

static size_t take_answer(char *from, size_t size, size_t count, void *payload)
{
	line *l = payload;
	size_t n = size * count;

	l->first_sec = l->idle_sec;
	if (!is_answer(l)) { /* a refusal, and its page: no sign of life */
		l->stirred = true;
		if (l->said.len < SAID_MAX) {
			vv_buf_put(&l->said, from, n);
		}
		return n;
	}
	if (l->in.len - l->in_pos > IN_MAX) {
		l->in_paused = true;
		return CURL_WRITEFUNC_PAUSE;
	}
	note_progress(l);
	if (l->in_pos == l->in.len) {
		vv_buf_reset(&l->in);
		l->in_pos = 0;
	}
	vv_buf_put(&l->in, from, n);
	return l->in.failed ? 0 : n;
}

/* ---- the transfer ---- */

static char *post_url(const line *l)
{
	vv_buf b = VV_BUF_INIT;

	http_put_url(&b, &l->url, l->push ? "/varve?push=1" : "/varve");
	return vv_buf_detach(&b);
}

static bool add_header(line *l, const char *text)
{
	struct curl_slist *more = l->c->slist_append(l->headers, text);

	l->headers = more ? more : l->headers;
	return more != NULL;
}

static void set_body(line *l)
{
	const http_curl *c = l->c;

	(void)c->setopt(l->easy, CURLOPT_POST, 1L);
	if (l->whole) {
		(void)c->setopt(l->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)l->out.len);
		(void)c->setopt(l->easy, CURLOPT_POSTFIELDS, vv_buf_cstr(&l->out));
		l->out_pos = l->out.len;
	} else {
		(void)c->setopt(l->easy, CURLOPT_READFUNCTION, give_request);
		(void)c->setopt(l->easy, CURLOPT_READDATA, l);
		(void)c->setopt(l->easy, CURLOPT_SEEKFUNCTION, rewind_request);
		(void)c->setopt(l->easy, CURLOPT_SEEKDATA, l);
		(void)add_header(l, "Transfer-Encoding: chunked");
	}
}

/* Sends the request from its beginning. */
static vv_status begin_transfer(line *l, vv_error *err)
{
	const http_curl *c = l->c;
	vv_auto(char) *url = post_url(l);
	vv_status rc = VV_OK;

	c->reset(l->easy);
	c->slist_free(l->headers);
	l->headers = NULL;
	l->out_pos = 0;
	l->in_paused = l->out_paused = l->checked = l->finished = l->dropped = false;
	l->words[0] = '\0';
	vv_buf_reset(&l->said);
	if (!url || !add_header(l, "Content-Type: " TYPE) || !add_header(l, "Accept: " TYPE) ||
	    (l->settings.header && !add_header(l, l->settings.header))) {
		return vv_fail_nomem(err);
	}
	http_settings_apply(c, l->easy, &l->settings);
	if (l->stranger) {
		(void)c->setopt(l->easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	}
	(void)c->setopt(l->easy, CURLOPT_URL, url);
	(void)c->setopt(l->easy, CURLOPT_ERRORBUFFER, l->words);
	(void)c->setopt(l->easy, CURLOPT_CONNECTTIMEOUT,
			(long)(l->first_sec && l->first_sec < VV_CONNECT_SEC ? l->first_sec
									     : VV_CONNECT_SEC));
	(void)c->setopt(l->easy, CURLOPT_WRITEFUNCTION, take_answer);
	(void)c->setopt(l->easy, CURLOPT_WRITEDATA, l);
	(void)c->setopt(l->easy, CURLOPT_BUFFERSIZE, 128L << 10);
	set_body(l);
	(void)c->setopt(l->easy, CURLOPT_HTTPHEADER, l->headers);
	if (l->has_credential) {
		http_login_apply(c, l->easy, l->credential.user, l->credential.secret);
	} else {
		http_login_apply(c, l->easy, l->url.user, l->url.secret);
	}
	if (c->add(l->multi, l->easy) != CURLM_OK) {
		return vv_fail(err, VV_ENOMEM, "libcurl cannot begin a transfer");
	}
	l->under_way = true;
	note_progress(l);
	return rc;
}

static void end_transfer(line *l)
{
	if (l->under_way) {
		(void)l->c->remove(l->multi, l->easy);
		l->under_way = false;
	}
}

static vv_status unpause_line(line *l, vv_error *err)
{
	int keep = 0;

	if (l->out_paused && (l->whole || l->out_pos < l->out.len)) {
		l->out_paused = false;
	}
	if (l->in_paused && l->in.len - l->in_pos <= IN_MAX / 2) {
		l->in_paused = false;
	}
	keep |= l->out_paused ? CURLPAUSE_SEND : 0;
	keep |= l->in_paused ? CURLPAUSE_RECV : 0;
	if (l->c->pause(l->easy, keep) != CURLE_OK) {
		return vv_fail(err, VV_EIO, "'%s': libcurl cannot continue the transfer",
			       l->url.text);
	}
	return VV_OK;
}

/* Lets libcurl work, waiting for at most some time when it has nothing to do. */
static vv_status drive_line(line *l, vv_error *err)
{
	CURLMsg *message;
	int running, left, events = 0;
	bool was_paused = l->out_paused || l->in_paused;
	vv_status rc;

	l->stirred = false;
	if (was_paused && (rc = unpause_line(l, err)) < 0) return rc;
	if (l->c->perform(l->multi, &running) != CURLM_OK) {
		return vv_fail(err, VV_EIO, "'%s': libcurl cannot continue the transfer",
			       l->url.text);
	}
	while ((message = l->c->info_read(l->multi, &left)) != NULL) {
		if (message->msg == CURLMSG_DONE && message->easy_handle == l->easy) {
			l->finished = true;
			l->code = message->data.result;
		}
	}
	if (l->in.failed || l->said.failed) return vv_fail_nomem(err);
	/* a paused line has no descriptor to wait for: the caller reads the received bytes first */
	if (l->finished || l->stirred) return VV_OK;
	l->given_up = l->given_up || (l->first_sec > 0 && vv_monotonic_ms() - l->moved_ms >
								  (uint64_t)l->first_sec * 1000);
	if (l->given_up) {
		return vv_fail_idle(err, l->url.text, l->first_sec);
	}
	if (vv_channel_is_stopped(l->owner)) return vv_fail_stopped(err, l->url.text);
	return l->c->poll(l->multi, NULL, 0, VV_STOP_STEP_MS, &events) == CURLM_OK
		       ? VV_OK
		       : vv_fail(err, VV_EIO, "'%s': libcurl cannot wait", l->url.text);
}

/* ---- an answer's head ---- */

static bool said_something(const line *l)
{
	for (size_t i = 0; i < l->said.len; i++) {
		if ((unsigned char)l->said.data[i] > ' ') {
			return l->said.data[i] != '<'; /* a page for browsers is not a message */
		}
	}
	return false;
}

/* The first line of the other side's answer, for a message. */
static const char *first_line(const line *l)
{
	size_t len = 0;

	while (len < l->said.len && l->said.data[len] != '\n' && l->said.data[len] != '\r') {
		len++;
	}
	return vv_text_show(vv_buf_cstr(&l->said), len);
}

/* A server of varve that refuses a push (transport/server/varve.c) is not a Git host, though it answers git, too. */
static bool is_refused_push(long status, const char *text)
{
	static const char *const begins[] = {"this user has no permission to write",
					     "this server is read-only"};

	return status == 403 && (strncmp(text, begins[0], strlen(begins[0])) == 0 ||
				 strncmp(text, begins[1], strlen(begins[1])) == 0);
}

static vv_status explain_status(line *l, long status, vv_error *err)
{
	const char *says = said_something(l) ? ": " : "", *text = *says ? first_line(l) : "";

	if (l->foreign && !is_refused_push(status, text) &&
	    (status == 200 || status == 501 || status == 502 || /* of CGI that read no request */
	     (status >= 400 && status < 500 && status != 401 && status != 407 && status != 429))) {
		*l->foreign = true;
	}
	switch (status) {
	case 200:
		return vv_fail(err, VV_ENOTFOUND,
			       "'%s' is not a varve server\ncheck that this is the address of a "
			       "repository served by varve",
			       l->url.text);
	case 401:
		(void)vv_fail(err, VV_EAUTH, "'%s': authentication failed%s%s", l->url.text, says,
			      text);
		if (l->has_credential) {
			return vv_hint(err, "'git help credential' shows how to make Git forget a "
					    "wrong secret");
		}
		return l->url.secret ? vv_hint(err, "check the user and the secret in the URL")
				     : VV_EREFUSED;
	case 403:
		return vv_fail(err, VV_EAUTH, "'%s': permission denied%s%s", l->url.text, says,
			       text);
	case 404:
	case 405:
	case 410:
		return vv_fail(err, VV_ENOTFOUND,
			       "no varve repository at '%s'\ncheck the name: the server's top page "
			       "lists its repositories",
			       l->url.text);
	case 407:
		return vv_fail(err, VV_EAUTH,
			       "'%s': the proxy requires a login\nset http.proxy to "
			       "http://user:password@host:port",
			       l->url.text);
	case 413:
		return vv_fail(err, VV_EREFUSED,
			       "'%s': the server rejected the request as too "
			       "large",
			       l->url.text);
	case 429:
	case 502:
	case 503:
	case 504:
		return vv_fail(err, VV_EIO,
			       "'%s' is not available (HTTP status %ld)%s%s\ntry again later",
			       l->url.text, status, says, text);
	default:
		return vv_fail(err, VV_EIO, "'%s' answered with the HTTP status %ld%s%s",
			       l->url.text, status, says, text);
	}
}

/* The same server, and never from https to http. */
static bool is_same_place(const vv_url *from, const vv_url *to)
{
	if (to->kind != VV_URL_HTTP || !vv_ascii_equal(from->host, to->host)) return false;
	if (from->tls == to->tls) return from->port == to->port;
	return to->tls;
}

static vv_status follow_redirect(line *l, vv_error *err)
{
	static const char mark[] = "/varve";
	char *where = NULL;
	vv_auto(vv_url) to = {0};

	(void)l->c->getinfo(l->easy, CURLINFO_REDIRECT_URL, &where);
	if (!where) return explain_status(l, status_of(l), err);
	if (++l->redirects > REDIRECTS_MAX) {
		return vv_fail(err, VV_EIO, "'%s' redirects too many times", l->url.text);
	}
	size_t len = strcspn(where, "?#");
	vv_auto(char) *cut = len >= sizeof(mark) - 1 ? vv_strndup(where, len - (sizeof(mark) - 1))
						     : NULL;
	if (!cut || strncmp(where + len - (sizeof(mark) - 1), mark, sizeof(mark) - 1) != 0 ||
	    vv_url_read(&to, cut, err) < 0) {
		if (l->foreign) {
			*l->foreign = true;
		}
		return vv_fail(err, VV_ENOTFOUND,
			       "no varve repository at '%s': it redirects to '%s'", l->url.text,
			       vv_text_shows(where));
	}
	if (!is_same_place(&l->url, &to)) {
		return vv_fail(err, VV_EREFUSED,
			       "'%s' redirects to another server, '%s'\nif you trust that server, "
			       "use its address",
			       l->url.text, vv_text_shows(to.text));
	}
	if (l->no_replay) {
		return vv_fail(err, VV_EIO,
			       "'%s' redirects to '%s', but the request is too long to be sent "
			       "again\nuse the new address",
			       l->url.text, vv_text_shows(to.text));
	}
	/* User and secret stay; everything else is the new address's. */
	vv_free_all(l->url.host, l->url.path);
	l->url.host = to.host;
	l->url.path = to.path;
	l->url.port = to.port;
	l->url.tls = to.tls;
	to.host = to.path = NULL;
	end_transfer(l);
	return begin_transfer(l, err);
}

/* Gets credentials from Git, once. */
static vv_status authenticate_line(line *l, vv_error *err)
{
	vv_status rc;

	if (l->has_credential || (l->url.user && l->url.secret) || l->no_replay || l->stranger) {
		if (l->has_credential && !l->approved) {
			http_credential_tell(&l->credential, l->repo, l->env, &l->url, false);
		}
		return explain_status(l, 401, err);
	}
	if ((rc = http_credential_fill(&l->credential, l->repo, l->env, &l->url, err)) < 0) {
		return rc;
	}
	l->has_credential = true;
	end_transfer(l);
	return begin_transfer(l, err);
}

/* The transfer has ended or its answer begins: is it one? Begins again where that helps. */
static vv_status check_head(line *l, vv_error *err)
{
	const long status = status_of(l);

	/* a cut varve answer is an error; for any other answer the status counts, even if its page was
	 * cut */
	if (l->finished && l->code != CURLE_OK && (status == 0 || is_answer(l))) {
		return http_curl_fail(l->c, l->easy, l->code, l->url.text, l->words, err);
	}
	if (is_answer(l)) {
		l->checked = true;
		if (l->has_credential && !l->approved) {
			l->approved = true;
			http_credential_tell(&l->credential, l->repo, l->env, &l->url, true);
		}
		return VV_OK;
	}
	if (status == 401) return authenticate_line(l, err);
	if (status >= 301 && status <= 308 && status != 304) return follow_redirect(l, err);
	return explain_status(l, status, err);
}

static bool has_answer(const line *l)
{
	return l->finished || l->in.len > l->in_pos;
}

/* ---- the channel ---- */

/* Drops sent bytes once they are too many to send again. */
static void forget_sent(line *l)
{
	if (l->no_replay) {
		vv_buf_drop_front(&l->out, l->out_pos);
		l->out_pos = 0;
	}
}

static ssize_t post_write(void *payload, const void *bytes, size_t len, vv_error *err)
{
	line *l = payload;
	vv_status rc = VV_OK;

	if (l->dropped) return (ssize_t)len;
	forget_sent(l);
	vv_buf_put(&l->out, bytes, len);
	if ((rc = vv_buf_ok(&l->out, err)) < 0) return rc;
	note_progress(l); /* the wait begins now, however long we were busy */
	if (!l->under_way && l->out.len > WHOLE_MAX) {
		rc = begin_transfer(l, err);
	}
	while (rc == VV_OK && l->under_way && !l->dropped && l->out.len - l->out_pos > WHOLE_MAX) {
		rc = drive_line(l, err);
		if (rc == VV_OK && has_answer(l) && !l->checked &&
		    (rc = check_head(l, err)) == VV_OK) {
			l->dropped = l->checked;
		}
	}
	return rc < 0 ? (ssize_t)rc : (ssize_t)len;
}

static vv_status post_turn(void *payload, vv_error *err)
{
	line *l = payload;
	vv_status rc;

	l->whole = true;
	note_progress(l);
	if (!l->under_way && (rc = begin_transfer(l, err)) < 0) return rc;
	while (!l->checked) {
		if ((rc = drive_line(l, err)) < 0) return rc;
		if (has_answer(l) && (rc = check_head(l, err)) < 0) return rc;
	}
	return VV_OK;
}

static ssize_t post_read(void *payload, void *buf, size_t len, vv_error *err)
{
	line *l = payload;
	vv_status rc;

	note_progress(l);
	while (l->in.len == l->in_pos && !l->finished) {
		if (!l->under_way) {
			return vv_fail(err, VV_EIO, "no request was sent to '%s'", l->url.text);
		}
		if ((rc = drive_line(l, err)) < 0) return rc;
	}
	size_t have = l->in.len - l->in_pos;
	if (have == 0) {
		return l->code == CURLE_OK
			       ? 0
			       : http_curl_fail(l->c, l->easy, l->code, l->url.text, l->words, err);
	}
	have = have < len ? have : len;
	memcpy(buf, l->in.data + l->in_pos, have);
	l->in_pos += have;
	return (ssize_t)have;
}

static vv_status post_done(void *payload, vv_error *err)
{
	line *l = payload;
	vv_status rc = VV_OK;

	note_progress(l);
	while (rc == VV_OK && l->under_way && !l->finished && l->in.len == l->in_pos) {
		rc = drive_line(l, err);
	}
	if (rc == VV_OK && l->in.len > l->in_pos) {
		rc = vv_fail(err, VV_ECORRUPT, "'%s' sent data after its answer", l->url.text);
	} else if (rc == VV_OK && l->finished && l->code != CURLE_OK) {
		rc = http_curl_fail(l->c, l->easy, l->code, l->url.text, l->words, err);
	}
	end_transfer(l);
	vv_buf_reset(&l->out);
	vv_buf_reset(&l->in);
	l->out_pos = l->in_pos = 0;
	l->whole = l->no_replay = l->dropped = l->checked = l->finished = false;
	l->redirects = 0;
	return rc;
}

static void post_close(void *payload)
{
	line *l = payload;

	end_transfer(l);
	if (l->easy) {
		l->c->easy_cleanup(l->easy);
	}
	if (l->multi) {
		(void)l->c->multi_cleanup(l->multi);
	}
	if (l->headers) {
		l->c->slist_free(l->headers);
	}
	http_settings_clear(&l->settings);
	http_credential_clear(&l->credential);
	vv_url_clear(&l->url);
	vv_buf_clear_all(&l->out, &l->in, &l->said);
	vv_free(l);
}

static vv_status copy_url(line *l, const vv_url *url, vv_error *err)
{
	l->url = (vv_url){
		.kind = url->kind,
		.tls = url->tls,
		.port = url->port,
		.text = vv_strdup(url->text),
		.host = vv_strdup(url->host),
		.path = vv_strdup(url->path ? url->path : ""),
	};
	if (url->user) {
		l->url.user = vv_strdup(url->user);
	}
	if (url->secret) {
		l->url.secret = vv_strdup(url->secret);
	}
	if (!l->url.text || !l->url.host || !l->url.path || (url->user && !l->url.user) ||
	    (url->secret && !l->url.secret)) {
		return vv_fail_nomem(err);
	}
	return VV_OK;
}

static vv_status open_line(line *l, const vv_url *url, const vv_connect_options *o, vv_error *err)
{
	vv_status rc;

	*l = (line){
		.repo = o->repo,
		.env = vv_connect_env(o),
		.push = o->write,
		.stranger = o->stranger,
		.foreign = o->foreign,
		.idle_sec = vv_idle_sec(o),
		.first_sec = vv_first_sec(o),
	};
	if ((rc = http_curl_load(&l->c, err)) < 0 || (rc = copy_url(l, url, err)) < 0) return rc;
	vv_auto(char) *whole = post_url(l);
	if (!whole) return vv_fail_nomem(err);
	rc = l->stranger ? VV_OK : http_settings_read(&l->settings, o, whole, err);
	if (rc < 0) return rc;
	l->multi = l->c->multi_init();
	l->easy = l->c->easy_init();
	return l->multi && l->easy ? VV_OK : vv_fail_nomem(err);
}

static void post_watch(void *payload, const vv_channel *owner)
{
	line *l = payload;

	l->owner = owner;
}

vv_status vv_channel_http(vv_channel **out, const vv_url *url, const vv_connect_options *o,
			  vv_error *err)
{
	static const vv_channel_ops ops = {
		.write = post_write,
		.turn = post_turn,
		.read = post_read,
		.done = post_done,
		.close = post_close,
		.watch = post_watch,
	};
	line *l = vv_calloc(1, sizeof(*l));
	vv_status rc;

	if (!l) return vv_fail_nomem(err);
	if ((rc = open_line(l, url, o, err)) < 0) {
		post_close(l);
		return rc;
	}
	*out = vv_channel_new(&ops, l, url->text, false);
	return *out ? VV_OK : vv_fail_nomem(err);
}
