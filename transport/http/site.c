/*
 * site: what passes, and how long to wait for it.
 */
#include "transport/http/site.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/secret.h"
#include "base/sys.h"
#include "base/text.h"
#include "base/thread.h"
#include "transport/http/credential.h"
#include "transport/http/curl.h"
#include "transport/line/channel.h"
#include "transport/line/patience.h"
#include "transport/line/pipe.h"

#define SLOW_BYTES 256u    /* bytes per second in either direction; slower counts as silent */
#define SLOW_BESIDE 16384u /* likewise, where another place has the same */
#define UNSIZED_MAX ((size_t)8 << 20) /* for an answer without a length */
#define GIVEN_UP_MS 60000u /* a site that failed in all tries gets no request for this long */
#define TRIES 6u           /* of what may pass */
#define TRIES_SILENT 2u    /* where nothing comes: each takes long already */
#define WAIT_FIRST_MS 250u
/* for repeated requests, in all, while nothing was answered; a site that demands more is given up */
#define WAIT_MAX_MS 45000u
#define WAIT_BESIDE_MS 5000u /* likewise, where another place has the same */

struct http_site {
	const http_curl *c;
	http_settings settings;
	char *name;
	vv_status (*sign)(void *signer, vv_buf *lines, const http_ask *ask, vv_error *err);
	void *signer;
	bool extra_header, again_500, direct, searches, stranger;
	bool beside, others; /* as in vv_connect_options */
	unsigned idle_sec, first_sec;
	unsigned files_sec;               /* instead of idle_sec for reads */
	atomic_uint_fast64_t given_up_ms; /* when that was; 0: never */
	atomic_bool answered;             /* once; until then first_sec holds */
	atomic_uint_fast64_t waited_ms;   /* to repeat requests, since one succeeded */
	const atomic_bool *stopped;       /* set when the caller gave up; or NULL */
	const vv_url *login;              /* as in the facts */
	bool ask_git;
	vv_repository *repo;
	const vv_env *env;
	vv_mutex *asking; /* for the next two, which do not change once has_credential is set */
	http_credential credential;
	atomic_bool has_credential;
	bool approved;
	vv_mutex *lock;                /* for the next two */
	CURL *idle[HTTP_SITE_AT_ONCE]; /* with their connections */
	size_t idle_count;
};

/* One request under way. */
typedef struct exchange {
	const http_curl *c;
	const http_site *site;
	vv_patience patience;
	uint64_t seen_ms, moved; /* time and bytes at the last call of go_on */
	bool late;
	const http_ask *ask;
	http_answer *answer;
	size_t given;     /* of the body */
	uint64_t skipped; /* of an answer that is more than the range */
	bool endless;     /* longer than UNSIZED_MAX without a length */
	CURL *easy;
	char words[CURL_ERROR_SIZE];
	vv_status rc; /* the body callback's result */
	vv_error *err;
} exchange;

void http_answer_clear(http_answer *a)
{
	vv_buf_clear_all(&a->body, &a->location);
}

/* --- opening --------------------------------------------------------------------------------- */

vv_status http_site_open(http_site **out, const http_site_facts *f, const vv_connect_options *o,
			 vv_error *err)
{
	vv_auto(http_site) *s = vv_calloc(1, sizeof(*s));
	vv_status rc;

	if (!s) return vv_fail_nomem(err);
	*s = (http_site){.extra_header = f->extra_header,
			 .again_500 = f->again_500,
			 .direct = f->direct,
			 .stranger = o->stranger,
			 .searches = f->searches,
			 .beside = o->beside && !f->searches,
			 .others = o->beside || o->others,
			 .idle_sec = vv_idle_sec(o),
			 .files_sec = f->direct || f->searches ? vv_idle_sec(o) : vv_files_sec(o),
			 .first_sec = o->first_sec > 0 ? vv_first_sec(o) : 0,
			 .stopped = o->stopped,
			 .sign = f->sign,
			 .signer = f->signer,
			 .login = f->login,
			 .ask_git = f->ask_git && !o->stranger,
			 .repo = o->repo,
			 .env = vv_connect_env(o),
			 .name = vv_strdup(f->name)};
	if (!s->name) return vv_fail_nomem(err);
	if ((rc = http_curl_load(&s->c, err)) < 0 ||
	    (!f->direct && !o->stranger &&
	     (rc = http_settings_read(&s->settings, o, f->url, err)) < 0)) {
		return rc;
	}
	atomic_init(&s->answered, false);
	atomic_init(&s->given_up_ms, 0);
	atomic_init(&s->waited_ms, 0);
	if (!(s->lock = vv_mutex_new()) || !(s->asking = vv_mutex_new())) {
		return vv_fail_nomem(err);
	}
	return vv_hand_over(out, &s);
}

void http_site_close(http_site *s)
{
	if (!s) return;
	while (s->idle_count > 0) {
		s->c->easy_cleanup(s->idle[--s->idle_count]);
	}
	vv_mutex_free(s->lock);
	vv_mutex_free(s->asking);
	http_credential_clear(&s->credential);
	http_settings_clear(&s->settings);
	vv_free_all(s->name, s);
}

/* One with a connection that exists, where one is idle. NULL when out of memory. */
static CURL *take_easy(http_site *s)
{
	CURL *easy = NULL;

	vv_mutex_lock(s->lock);
	if (s->idle_count > 0) {
		easy = s->idle[--s->idle_count];
	}
	vv_mutex_unlock(s->lock);
	return easy ? easy : s->c->easy_init();
}

static void give_easy(http_site *s, CURL *easy)
{
	s->c->reset(easy); /* it must not keep pointers to freed data */
	vv_mutex_lock(s->lock);
	if (s->idle_count < HTTP_SITE_AT_ONCE) {
		s->idle[s->idle_count++] = easy;
		easy = NULL;
	}
	vv_mutex_unlock(s->lock);
	if (easy) {
		s->c->easy_cleanup(easy);
	}
}

/* --- one transfer ---------------------------------------------------------------------------- */

static size_t take_body(char *from, size_t size, size_t count, void *payload)
{
	exchange *x = payload;
	const size_t n = size * count;
	size_t room = x->ask->answer_max - x->answer->body.len;
	curl_off_t length = -1;
	long status = 0;

	if (x->ask->take || x->ask->from > 0) {
		(void)x->c->getinfo(x->easy, CURLINFO_RESPONSE_CODE, &status);
	}
	if (status == 200 && x->ask->from > x->skipped) {
		const uint64_t left = x->ask->from - x->skipped, drop = left < n ? left : n;
		x->skipped += drop;
		vv_buf_put(&x->answer->body, from + drop, n - drop < room ? n - drop : room);
		return n;
	}
	if (status == 200 && x->ask->take && n > 0) {
		x->rc = x->ask->take(x->ask->payload, from, n, x->err);
		return x->rc < 0 ? 0 : n;
	}
	(void)x->c->getinfo(x->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	if (length < 0 && x->ask->answer_max > UNSIZED_MAX && !x->site->searches) {
		room = UNSIZED_MAX - x->answer->body.len;
		x->endless = n > room;
	}
	vv_buf_put(&x->answer->body, from, n < room ? n : room);
	x->answer->cut = n > room;
	return x->answer->body.failed || x->answer->cut ? 0 : n;
}

static size_t give_body(char *to, size_t size, size_t count, void *payload)
{
	exchange *x = payload;
	const size_t left = x->ask->body_len - x->given;
	const size_t n = left < size * count ? left : size * count;

	if (n > 0) {
		memcpy(to, (const char *)x->ask->body + x->given, n);
	}
	x->given += n;
	return n;
}

static size_t give_pieces(char *to, size_t size, size_t count, void *payload)
{
	exchange *x = payload;
	const ssize_t n = x->ask->give(x->ask->payload, to, size * count, x->err);

	x->rc = n < 0 ? (vv_status)n : VV_OK;
	return n < 0 ? CURL_READFUNC_ABORT : (size_t)n;
}

/* The value of a header line, if it is the one named (with its colon); its length without blanks. */
static const char *header_value(const char *line, size_t len, const char *name, size_t *value_len)
{
	const size_t n = strlen(name);

	if (len < n || vv_ascii_compare(line, name, n) != 0) return NULL;
	line += n;
	len -= n;
	while (len > 0 && (*line == ' ' || *line == '\t')) {
		line++;
		len--;
	}
	while (len > 0 && strchr(" \t\r\n", line[len - 1])) {
		len--;
	}
	*value_len = len;
	return line;
}

/* A text that is longer than its room is left out. */
static bool take_text(char *out, size_t room, const char *line, size_t line_len, const char *name)
{
	size_t len;
	const char *value = header_value(line, line_len, name, &len);

	if (!value || len >= room || memchr(value, '\0', len)) return false;
	memcpy(out, value, len);
	out[len] = '\0';
	return true;
}

static size_t take_header(char *line, size_t size, size_t count, void *payload)
{
	exchange *x = payload;
	http_answer *a = x->answer;
	const size_t len = size * count;
	char text[40];

	(void)take_text(a->region, sizeof(a->region), line, len, "x-amz-bucket-region:");
	(void)take_text(a->etag, sizeof(a->etag), line, len, "etag:");
	(void)take_text(a->hidden, sizeof(a->hidden), line, len, "x-amz-delete-marker:");
	(void)take_text(a->locked, sizeof(a->locked), line, len,
			"x-amz-object-lock-retain-until-date:");
	(void)take_text(a->held, sizeof(a->held), line, len, "x-amz-object-lock-legal-hold:");
	if (take_text(a->modified, sizeof(a->modified), line, len, "last-modified:")) {
		a->modified_at = (int64_t)x->c->getdate(a->modified, NULL);
	}
	if (take_text(text, sizeof(text), line, len, "date:")) {
		a->date = (int64_t)x->c->getdate(text, NULL);
		a->date = a->date > 0 ? a->date : 0;
	}
	return len;
}

static void empty_answer(http_answer *a)
{
	vv_buf_reset(&a->body);
	vv_buf_reset(&a->location);
	a->cut = false;
	a->date = a->modified_at = 0;
	a->region[0] = a->etag[0] = a->modified[0] = '\0';
	a->hidden[0] = a->locked[0] = a->held[0] = '\0';
}

/* libcurl makes the header's value a whole URL. */
static void take_location(const exchange *x)
{
	char *url = NULL;

	if (x->c->getinfo(x->easy, CURLINFO_REDIRECT_URL, &url) == CURLE_OK && url) {
		vv_buf_puts(&x->answer->location, url);
	}
}

static bool add_header(const http_site *s, struct curl_slist **list, const char *line)
{
	struct curl_slist *more = s->c->slist_append(*list, line);

	*list = more ? more : *list;
	return more != NULL;
}

/* Adds lines; removes the "\n" at the end of each. */
static bool add_lines(const http_site *s, struct curl_slist **list, vv_buf *lines)
{
	bool fine = true;

	for (char *p = lines->data; fine && p < lines->data + lines->len; p += strlen(p) + 1) {
		p[strcspn(p, "\n")] = '\0';
		fine = add_header(s, list, p);
	}
	return fine;
}

static vv_status make_headers(const http_site *s, const http_ask *ask, struct curl_slist **list,
			      vv_error *err)
{
	bool fine = add_header(s, list, "Expect:");
	vv_auto(vv_secret_buf) lines = VV_BUF_INIT;
	vv_status rc = VV_OK;

	for (size_t i = 0; fine && i < ask->header_count; i++) {
		if (strpbrk(ask->headers[i], "\r\n")) { /* another header, or request */
			return vv_fail(err, VV_EREFUSED, "a header for '%s' has a line break: '%s'",
				       s->name, vv_text_shows(ask->headers[i]));
		}
		fine = add_header(s, list, ask->headers[i]);
	}
	if (fine && s->extra_header && s->settings.header) {
		fine = add_header(s, list, s->settings.header);
	}
	if (fine && ask->give) {
		fine = add_header(s, list, "Transfer-Encoding: chunked");
	}
	if (fine && s->sign && (rc = s->sign(s->signer, &lines, ask, err)) == VV_OK) {
		fine = add_lines(s, list, &lines);
	}
	return fine ? rc : vv_fail_nomem(err);
}

static bool is_stopped(const http_site *s)
{
	return s->stopped && atomic_load(s->stopped);
}

/* libcurl calls this at least once a second. */
static int go_on(void *payload, curl_off_t a VV_UNUSED, curl_off_t down, curl_off_t b VV_UNUSED,
		 curl_off_t up)
{
	exchange *x = payload;
	const uint64_t now = vv_monotonic_ms(), moved = (uint64_t)(down + up);

	/* libcurl counts from zero again where it begins again */
	x->late = !vv_patience_spend(&x->patience, now - x->seen_ms,
				     moved > x->moved ? moved - x->moved : 0);
	x->seen_ms = now;
	x->moved = moved;
	return x->late || is_stopped(x->site) ? 1 : 0;
}

static vv_patience patience_for(const http_site *s, const http_ask *ask)
{
	const bool reads = strcmp(ask->method, "GET") == 0;

	if (s->first_sec > 0 && !s->searches && !atomic_load(&s->answered)) {
		return (vv_patience){.max_ms = s->first_sec * UINT64_C(1000), .bytes_per_sec = 1};
	}
	return (vv_patience){.max_ms = (reads ? s->files_sec : s->idle_sec) * UINT64_C(1000),
			     .bytes_per_sec = reads && s->beside ? SLOW_BESIDE : SLOW_BYTES};
}

static void set_method(const http_site *s, exchange *x)
{
	const http_curl *c = s->c;
	const http_ask *ask = x->ask;

	if (strcmp(ask->method, "PUT") == 0) {
		(void)c->setopt(x->easy, CURLOPT_UPLOAD, 1L);
		(void)c->setopt(x->easy, CURLOPT_READFUNCTION, give_body);
		(void)c->setopt(x->easy, CURLOPT_READDATA, x);
		(void)c->setopt(x->easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)ask->body_len);
	} else if (ask->give) {
		(void)c->setopt(x->easy, CURLOPT_POST, 1L);
		(void)c->setopt(x->easy, CURLOPT_READFUNCTION, give_pieces);
		(void)c->setopt(x->easy, CURLOPT_READDATA, x);
	} else if (strcmp(ask->method, "POST") == 0) {
		(void)c->setopt(x->easy, CURLOPT_POST, 1L);
		(void)c->setopt(x->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)ask->body_len);
		(void)c->setopt(x->easy, CURLOPT_POSTFIELDS, ask->body ? ask->body : "");
	} else {
		(void)c->setopt(x->easy, CURLOPT_HTTPGET, 1L);
		(void)c->setopt(x->easy, CURLOPT_CUSTOMREQUEST, ask->method);
	}
}

/* The login that git gave, or else that of the URL. */
static void set_login(http_site *s, CURL *easy)
{
	if (!s->login) return;
	if (atomic_load(&s->has_credential)) {
		http_login_apply(s->c, easy, s->credential.user, s->credential.secret);
	} else {
		http_login_apply(s->c, easy, s->login->user, s->login->secret);
	}
}

static void set_options(http_site *s, exchange *x, struct curl_slist *headers)
{
	const http_curl *c = s->c;
	char range[48];

	c->reset(x->easy);
	http_settings_apply(c, x->easy, &s->settings);
	(void)c->setopt(x->easy, CURLOPT_URL, x->ask->url);
	(void)c->setopt(x->easy, CURLOPT_HTTPHEADER, headers);
	(void)c->setopt(x->easy, CURLOPT_ERRORBUFFER, x->words);
	(void)c->setopt(x->easy, CURLOPT_WRITEFUNCTION, take_body);
	(void)c->setopt(x->easy, CURLOPT_WRITEDATA, x);
	(void)c->setopt(x->easy, CURLOPT_HEADERFUNCTION, take_header);
	(void)c->setopt(x->easy, CURLOPT_HEADERDATA, x);
	(void)c->setopt(x->easy, CURLOPT_CONNECTTIMEOUT,
			(long)(s->first_sec > 0 ? s->first_sec : VV_CONNECT_SEC));
	x->patience = patience_for(s, x->ask);
	x->seen_ms = vv_monotonic_ms();
	(void)c->setopt(x->easy, CURLOPT_NOPROGRESS, 0L);
	(void)c->setopt(x->easy, CURLOPT_XFERINFOFUNCTION, go_on);
	(void)c->setopt(x->easy, CURLOPT_XFERINFODATA, x);
	set_login(s, x->easy);
	if (s->direct) {
		(void)c->setopt(x->easy, CURLOPT_PROXY, "");
	}
	if (s->direct || s->stranger) {
		(void)c->setopt(x->easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	}
	set_method(s, x);
	if (x->ask->len > 0) {
		(void)snprintf(range, sizeof(range), "%llu-%llu", (unsigned long long)x->ask->from,
			       (unsigned long long)(x->ask->from + x->ask->len - 1));
		(void)c->setopt(x->easy, CURLOPT_RANGE, range);
	}
	if (s->sign) {
		/* A .netrc would have another user than the one that signs. */
		(void)c->setopt(x->easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	}
}

/* --- patience -------------------------------------------------------------------------------- */

static bool failure_passes(const http_site *s, CURL *easy, CURLcode code, unsigned status)
{
	curl_off_t sec = 0;

	if (s->searches) {
		return code == CURLE_OK && (status == 429 || status == 503) &&
		       s->c->getinfo(easy, CURLINFO_RETRY_AFTER, &sec) == CURLE_OK && sec > 0;
	}
	switch (code) {
	case CURLE_OK:
		return status == 429 || status == 502 || status == 503 || status == 504 ||
		       (status == 500 && s->again_500);
	case CURLE_GOT_NOTHING:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_PARTIAL_FILE:
	case CURLE_OPERATION_TIMEDOUT:
		return true;
	default:
		return false;
	}
}

/* Between half of the time and all of it: many who were turned away do not come back at once. False, without a wait: the
 * site demands a longer wait than is left. */
static bool wait_again(http_site *s, CURL *easy, unsigned tries)
{
	const uint64_t most = s->others ? WAIT_BESIDE_MS : WAIT_MAX_MS;
	uint64_t ms = (uint64_t)WAIT_FIRST_MS << tries;
	curl_off_t sec = 0;
	uint32_t chance;

	vv_random(&chance, sizeof(chance));
	ms = ms / 2 + chance % (ms / 2 + 1);
	if (s->c->getinfo(easy, CURLINFO_RETRY_AFTER, &sec) == CURLE_OK && sec > 0) {
		ms = (uint64_t)sec > most / 1000 ? most + 1 : (uint64_t)sec * 1000;
	}
	if (atomic_fetch_add(&s->waited_ms, ms) + ms > most) return false;
	for (const uint64_t end = vv_monotonic_ms() + ms; !is_stopped(s);) {
		uint64_t now = vv_monotonic_ms(), step = now < end ? end - now : 0;
		if (step == 0) return true;
		vv_sleep_ms(step < VV_STOP_STEP_MS ? step : VV_STOP_STEP_MS);
	}
	return true;
}

/* How often in all. */
static unsigned tries_of(const http_site *s, CURLcode code, const http_answer *a)
{
	const bool once = s->beside || a->body.len > 0 ||
			  (s->first_sec > 0 && !atomic_load(&s->answered));

	if (code == CURLE_OPERATION_TIMEDOUT) return once ? 1 : TRIES_SILENT;
	return s->beside && code != CURLE_OK ? TRIES_SILENT : TRIES;
}

/* The site wants a login: is there one now that the request did not have? Asks Git once. */
static bool log_in(http_site *s, bool had)
{
	bool has;

	if (!s->login || !s->ask_git || s->login->secret) return false;
	vv_mutex_lock(s->asking);
	if (had && !s->approved) {
		http_credential_tell(&s->credential, s->repo, s->env, s->login, false);
	}
	s->ask_git = s->ask_git && !had;
	has = atomic_load(&s->has_credential) ||
	      (s->ask_git && http_credential_fill(&s->credential, s->repo, s->env, s->login,
						  VV_IGNORED) == VV_OK);
	s->ask_git = s->ask_git && has;
	atomic_store(&s->has_credential, has);
	vv_mutex_unlock(s->asking);
	return has && !had;
}

static void approve_login(http_site *s)
{
	vv_mutex_lock(s->asking);
	if (!s->approved) {
		http_credential_tell(&s->credential, s->repo, s->env, s->login, true);
	}
	s->approved = true;
	vv_mutex_unlock(s->asking);
}

vv_status http_site_ask(http_site *s, const http_ask *ask, http_answer *answer, vv_error *err)
{
	struct curl_slist *headers = NULL;
	vv_status rc = VV_OK;
	const uint64_t given_up_ms = atomic_load(&s->given_up_ms);

	if (given_up_ms > 0 && vv_monotonic_ms() - given_up_ms < GIVEN_UP_MS) {
		return vv_fail(err, VV_ESILENT,
			       "'%s' failed recently, so it is not contacted "
			       "again yet",
			       s->name);
	}
	CURL *easy = take_easy(s);
	if (!easy) return vv_fail_nomem(err);
	for (unsigned tries = 0;; tries++) {
		exchange x = {.c = s->c,
			      .site = s,
			      .ask = ask,
			      .answer = answer,
			      .easy = easy,
			      .err = err};
		const bool had = atomic_load(&s->has_credential);
		long status = 0;

		empty_answer(answer);
		s->c->slist_free(headers);
		headers = NULL;
		if ((rc = make_headers(s, ask, &headers, err)) < 0 ||
		    (ask->take && (rc = ask->take(ask->payload, NULL, 0, err)) < 0)) {
			break;
		}
		set_options(s, &x, headers);
		CURLcode code = s->c->easy_perform(easy);
		code = x.late ? CURLE_OPERATION_TIMEDOUT : code;
		x.words[0] = x.late ? '\0' : x.words[0];
		(void)s->c->getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
		answer->status = (unsigned)status;
		take_location(&x);
		if (answer->body.failed || answer->location.failed) {
			rc = vv_fail_nomem(err);
			break;
		}
		if (x.rc < 0) {
			rc = x.rc;
			break;
		}
		if (x.endless) {
			rc = vv_fail(err, VV_EIO,
				     "'%s' sent an answer of more than %s without Content-Length",
				     s->name, vv_text_bytes(UNSIZED_MAX));
		}
		if (answer->cut) {
			break; /* as much as was wanted */
		}
		if (status > 0) {
			atomic_store(&s->answered, true);
		}
		if (status == 401 && log_in(s, had)) {
			continue;
		}
		if (had && status > 0 && status < 400) {
			approve_login(s);
		}
		if (tries + 1 < tries_of(s, code, answer) && !ask->give &&
		    failure_passes(s, easy, code, answer->status) && !is_stopped(s) &&
		    wait_again(s, easy, tries)) {
			continue;
		}
		if (code == CURLE_OK && status < 400) {
			atomic_store(&s->waited_ms, 0);
		}
		if (is_stopped(s)) {
			rc = vv_fail_stopped(err, s->name);
		} else if (code != CURLE_OK) {
			rc = http_curl_fail(s->c, easy, code, s->name, x.words, err);
			/* for callers, "not found" would be the site's answer */
			rc = rc == VV_ENOTFOUND ? vv_recode(err, VV_EIO) : rc;
			if (failure_passes(s, easy, code, 0)) {
				atomic_store(&s->given_up_ms, vv_monotonic_ms());
			}
		}
		break;
	}
	give_easy(s, easy);
	s->c->slist_free(headers);
	return rc;
}
