/*
 * gateway_peer: requests blocks from a gateway (notes in docs/formats/http-api.md): GET
 * /ipfs/<cid>?format=raw, several at a time over connections that stay open.
 */
#include "transport/ipfs/gateway_peer.h"

#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "transport/http/curl.h"
#include "transport/line/patience.h"
#include "transport/line/pipe.h"
#include "transport/line/url.h"

#define SLOTS 8u

/* One request. */
typedef struct slot {
	struct vv_ipfs_peer *peer;
	CURL *easy;
	size_t want; /* of the batch */
	unsigned tries;
	bool busy, finished, too_large;
	CURLcode code;
	vv_buf body;
	char words[CURL_ERROR_SIZE];
} slot;

struct vv_ipfs_peer {
	const http_curl *c;
	CURLM *multi;
	struct curl_slist *headers;
	char *name, *base, *user, *secret;
	unsigned idle_sec;
	long connect_sec;
	http_settings settings;
	slot slots[SLOTS];
};

static size_t take_body(char *from, size_t size, size_t count, void *payload)
{
	slot *s = payload;
	size_t n = size * count;

	if (s->body.len + n > VV_BLOCK_MAX) {
		s->too_large = true;
		return 0;
	}
	vv_buf_put(&s->body, from, n);
	return s->body.failed ? 0 : n;
}

static vv_status make_base(vv_ipfs_peer *p, const vv_url *url, vv_error *err)
{
	vv_buf b = VV_BUF_INIT;

	http_put_site(&b, url);
	vv_buf_puts(&b, url->path ? url->path : "");
	vv_buf_puts(&b, "/ipfs/");
	p->base = vv_buf_detach(&b);
	p->name = vv_strdup(url->text);
	p->user = url->user ? vv_strdup(url->user) : NULL;
	p->secret = url->secret ? vv_strdup(url->secret) : NULL;
	if (!p->base || !p->name || (url->user && !p->user) || (url->secret && !p->secret)) {
		return vv_fail_nomem(err);
	}
	return VV_OK;
}

static bool add_header(vv_ipfs_peer *p, const char *text)
{
	struct curl_slist *more = p->c->slist_append(p->headers, text);

	p->headers = more ? more : p->headers;
	return more != NULL;
}

static vv_status set_up(vv_ipfs_peer *p, const vv_url *url, const vv_connect_options *o,
			vv_error *err)
{
	vv_status rc;

	p->idle_sec = vv_idle_sec(o);
	/* it may have to look for a block on its network: only the connection is quick */
	p->connect_sec = o->first_sec > 0 ? (long)vv_first_sec(o) : VV_CONNECT_SEC;
	if ((rc = http_curl_load(&p->c, err)) < 0 || (rc = make_base(p, url, err)) < 0 ||
	    (rc = http_settings_read(&p->settings, o, p->base, err)) < 0) {
		return rc;
	}
	p->multi = p->c->multi_init();
	if (!p->multi || !add_header(p, "Accept: application/vnd.ipld.raw") ||
	    (p->settings.header && !add_header(p, p->settings.header))) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < SLOTS; i++) {
		p->slots[i].peer = p;
		p->slots[i].easy = p->c->easy_init();
		if (!p->slots[i].easy) return vv_fail_nomem(err);
	}
	return VV_OK;
}

vv_status vv_ipfs_peer_open(vv_ipfs_peer **out, const char *url, const vv_connect_options *o,
			    vv_error *err)
{
	vv_auto(vv_ipfs_peer) *p = NULL;
	vv_auto(vv_url) u = {0};
	vv_status rc;

	*out = NULL;
	if ((rc = vv_url_read(&u, url, err)) < 0) return rc;
	p = vv_calloc(1, sizeof(*p));
	if (u.kind != VV_URL_IPFS) {
		rc = vv_fail(err, VV_EUSAGE, "'%s' is not an ipfs+http:// or ipfs+https:// URL",
			     u.text);
	} else {
		rc = p ? set_up(p, &u, o, err) : vv_fail_nomem(err);
	}
	if (rc < 0) return rc;
	return vv_hand_over(out, &p);
}

static void end_slot(slot *s)
{
	if (s->busy) {
		(void)s->peer->c->remove(s->peer->multi, s->easy);
		s->busy = false;
	}
}

void vv_ipfs_peer_close(vv_ipfs_peer *p)
{
	if (!p) return;
	for (size_t i = 0; i < SLOTS; i++) {
		if (p->slots[i].easy) {
			end_slot(&p->slots[i]);
			p->c->easy_cleanup(p->slots[i].easy);
		}
		vv_buf_clear(&p->slots[i].body);
	}
	if (p->multi) {
		(void)p->c->multi_cleanup(p->multi);
	}
	if (p->headers) {
		p->c->slist_free(p->headers);
	}
	http_settings_clear(&p->settings);
	vv_free_all(p->user, p->secret, p->name, p->base, p);
}

static vv_status begin_slot(slot *s, size_t want, const vv_cid *cid, vv_error *err)
{
	vv_ipfs_peer *p = s->peer;
	const http_curl *c = p->c;
	vv_status rc;

	vv_auto(char) *url = vv_asprintf("%s%s?format=raw", p->base, vv_cid_shows(cid));
	if ((rc = vv_alloc_ok(url, err)) < 0) return rc;
	s->want = want;
	s->tries = 0;
	s->finished = s->too_large = false;
	s->words[0] = '\0';
	vv_buf_reset(&s->body);
	c->reset(s->easy);
	http_settings_apply(c, s->easy, &p->settings);
	(void)c->setopt(s->easy, CURLOPT_URL, url);
	(void)c->setopt(s->easy, CURLOPT_HTTPHEADER, p->headers);
	(void)c->setopt(s->easy, CURLOPT_ERRORBUFFER, s->words);
	(void)c->setopt(s->easy, CURLOPT_WRITEFUNCTION, take_body);
	(void)c->setopt(s->easy, CURLOPT_WRITEDATA, s);
	(void)c->setopt(s->easy, CURLOPT_CONNECTTIMEOUT, p->connect_sec);
	(void)c->setopt(s->easy, CURLOPT_LOW_SPEED_LIMIT, (long)VV_PACE_DEFAULT);
	(void)c->setopt(s->easy, CURLOPT_LOW_SPEED_TIME, (long)p->idle_sec);
	if (p->user && p->secret) {
		(void)c->setopt(s->easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		(void)c->setopt(s->easy, CURLOPT_USERNAME, p->user);
		(void)c->setopt(s->easy, CURLOPT_PASSWORD, p->secret);
	}
	if (c->add(p->multi, s->easy) != CURLM_OK) {
		return vv_fail(err, VV_ENOMEM, "libcurl cannot begin a transfer");
	}
	s->busy = true;
	return rc;
}

/* Lets libcurl work until something ended or some time passed. */
static vv_status drive(vv_ipfs_peer *p, vv_error *err)
{
	CURLMsg *message;
	int running, left, events;
	bool any = false;

	if (p->c->perform(p->multi, &running) != CURLM_OK) {
		return vv_fail(err, VV_EIO, "'%s': libcurl cannot go on", p->name);
	}
	while ((message = p->c->info_read(p->multi, &left)) != NULL) {
		for (size_t i = 0; i < SLOTS && message->msg == CURLMSG_DONE; i++) {
			if (p->slots[i].easy == message->easy_handle) {
				p->slots[i].finished = any = true;
				p->slots[i].code = message->data.result;
			}
		}
	}
	if (!any && p->c->poll(p->multi, NULL, 0, 1000, &events) != CURLM_OK) {
		return vv_fail(err, VV_EIO, "'%s': libcurl cannot wait", p->name);
	}
	return VV_OK;
}

static vv_status explain_status(const vv_ipfs_peer *p, long status, vv_error *err)
{
	switch (status) {
	case 301:
	case 302:
	case 303:
	case 307:
	case 308:
		return vv_fail(err, VV_EREFUSED,
			       "'%s' redirects to another gateway\nuse that gateway's address, if "
			       "it may learn which blocks you request",
			       p->name);
	case 401:
	case 403:
		return vv_fail(err, VV_EREFUSED, "'%s': permission denied", p->name);
	case 400:
	case 406:
		return vv_fail(err, VV_ENOTFOUND,
			       "'%s' is not a gateway that serves raw blocks (HTTP status "
			       "%ld)\nwrite the URL without its part from /ipfs/ on",
			       p->name, status);
	default:
		return vv_fail(err, VV_EIO, "'%s' answered with the HTTP status %ld", p->name,
			       status);
	}
}

/* Judges the answer for the slot's want: *absent, or body contains the block. */
static vv_status judge_slot(slot *s, const vv_cid *cid, bool *absent, vv_error *err)
{
	const vv_ipfs_peer *p = s->peer;
	long status = 0;
	vv_cid made;

	*absent = false;
	if (s->body.failed) return vv_fail_nomem(err);
	(void)p->c->getinfo(s->easy, CURLINFO_RESPONSE_CODE, &status);
	if (s->code != CURLE_OK && !s->too_large) {
		return http_curl_fail(p->c, s->easy, s->code, p->name, s->words, err);
	}
	if (status == 404 || status == 410 || status == 412 || status == 504) {
		*absent = true;
		return VV_OK;
	}
	if (status != 200) return explain_status(p, status, err);
	if (s->too_large) {
		return vv_fail(err, VV_ECORRUPT, "'%s' sent more than %s for the block %s", p->name,
			       vv_text_bytes(VV_BLOCK_MAX), vv_cid_shows(cid));
	}
	vv_status rc = vv_cid_of(&made, cid->codec, vv_buf_cstr(&s->body), s->body.len, err);
	if (rc == VV_OK && !vv_cid_equal(&made, cid)) {
		rc = vv_fail(err, VV_ECORRUPT,
			     "'%s' sent data for the block %s that does not "
			     "match its CID",
			     p->name, vv_cid_shows(cid));
	}
	return rc;
}

static slot *slot_of(vv_ipfs_peer *p, size_t want)
{
	return &p->slots[want % SLOTS];
}

vv_status vv_ipfs_peer_blocks(void *source, const vv_lacking *wants, size_t count,
			      vv_peer_block_fn fn, void *payload, vv_error *err)
{
	vv_ipfs_peer *p = source;
	size_t begun = 0, given = 0;
	bool absent;
	vv_status rc = VV_OK;

	while (rc == VV_OK && given < count) {
		slot *s = slot_of(p, given);

		/* A slot is free again when its want was given. */
		while (rc == VV_OK && begun < count && begun < given + SLOTS) {
			rc = begin_slot(slot_of(p, begun), begun, &wants[begun].cid, err);
			begun++;
		}
		while (rc == VV_OK && !s->finished) {
			rc = drive(p, err);
		}
		if (rc == VV_OK && s->code == CURLE_OK && http_curl_wait(p->c, s->easy, s->tries)) {
			unsigned tries = s->tries + 1;

			end_slot(s);
			rc = begin_slot(s, given, &wants[given].cid, err);
			s->tries = tries;
			continue;
		}
		if (rc == VV_OK && (rc = judge_slot(s, &wants[given].cid, &absent, err)) == VV_OK) {
			const vv_block_received b = {.cid = wants[given].cid,
						     .bytes = vv_buf_cstr(&s->body),
						     .len = s->body.len,
						     .base = wants[given].like};
			rc = fn(payload, given, absent ? NULL : &b, err);
		}
		end_slot(s);
		given++;
	}
	for (size_t i = 0; i < SLOTS; i++) {
		end_slot(&p->slots[i]);
	}
	return rc;
}
