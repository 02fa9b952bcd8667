/*
 * gateway_peer: requests blocks from a gateway (notes in docs/formats/http-api.md): GET
 * /ipfs/<cid>?format=raw, several at a time over connections that stay open.
 */
#include "transport/ipfs/gateway_peer.h"

#include <stdatomic.h>

#include "base/sys.h"
#include "base/text.h"
#include "base/thread.h"
#include "transport/http/curl.h"
#include "transport/http/site.h"
#include "transport/line/url.h"

#define SLOTS 8u

/* One request, by a thread of the pool. */
typedef struct slot {
	vv_job job; /* first: the pool's handle */
	vv_ipfs_peer *peer;
	const vv_cid *cid;
	http_answer answer;
	vv_status rc;
	vv_error why;
} slot;

struct vv_ipfs_peer {
	vv_url url;
	char *base;
	http_site *site;
	atomic_bool stopped; /* ends the requests under way */
	vv_pool *pool;
	slot slots[SLOTS];
};

static vv_status set_up(vv_ipfs_peer *p, const vv_connect_options *o, vv_error *err)
{
	vv_connect_options stoppable = *o;
	vv_buf b = VV_BUF_INIT;

	http_put_site(&b, &p->url);
	vv_buf_printf(&b, "%s/ipfs/", p->url.path ? p->url.path : "");
	p->base = vv_buf_detach(&b);
	p->pool = vv_pool_new(SLOTS);
	stoppable.stopped = &p->stopped;
	const http_site_facts f = {.url = p->base,
				   .name = p->url.text,
				   .extra_header = true,
				   .login = &p->url,
				   .searches = true};
	return p->base && p->pool ? http_site_open(&p->site, &f, &stoppable, err)
				  : vv_fail_nomem(err);
}

vv_status vv_ipfs_peer_open(vv_ipfs_peer **out, const char *url, const vv_connect_options *o,
			    vv_error *err)
{
	vv_auto(vv_ipfs_peer) *p = vv_calloc(1, sizeof(*p));
	vv_status rc;

	*out = NULL;
	if (!p) return vv_fail_nomem(err);
	if ((rc = vv_url_read(&p->url, url, err)) < 0) return rc;
	if (p->url.kind != VV_URL_IPFS) {
		return vv_fail(err, VV_EUSAGE, "'%s' is not an ipfs+http:// or ipfs+https:// URL",
			       p->url.text);
	}
	rc = set_up(p, o, err);
	return rc < 0 ? rc : vv_hand_over(out, &p);
}

void vv_ipfs_peer_close(vv_ipfs_peer *p)
{
	if (!p) return;
	for (size_t i = 0; i < SLOTS; i++) {
		http_answer_clear(&p->slots[i].answer);
	}
	vv_pool_free(p->pool);
	http_site_close(p->site);
	vv_url_clear(&p->url);
	vv_free_all(p->base, p);
}

static void ask_gateway(vv_job *job, unsigned worker VV_UNUSED)
{
	static const char *const accept = "Accept: application/vnd.ipld.raw";
	slot *s = (slot *)job;
	vv_auto(char) *url = vv_asprintf("%s%s?format=raw", s->peer->base, vv_cid_shows(s->cid));
	const http_ask what = {.method = "GET",
			       .url = url,
			       .headers = &accept,
			       .header_count = 1,
			       .answer_max = VV_BLOCK_MAX};

	s->rc = url ? http_site_ask(s->peer->site, &what, &s->answer, &s->why)
		    : vv_fail_nomem(&s->why);
}

static vv_status explain_status(const char *name, unsigned status, vv_error *err)
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
			       name);
	case 401:
	case 403:
		return vv_fail(err, VV_EREFUSED, "'%s': permission denied", name);
	case 400:
	case 406:
		return vv_fail(err, VV_ENOTFOUND,
			       "'%s' is not a gateway that serves raw blocks (HTTP status "
			       "%u)\nomit /ipfs/ and everything after it from the URL",
			       name, status);
	default:
		return vv_fail(err, VV_EIO, "'%s' answered with the HTTP status %u", name, status);
	}
}

/* Judges the answer: *absent, or its body is the block. */
static vv_status check_answer(slot *s, bool *absent, vv_error *err)
{
	const unsigned status = s->answer.status;
	const char *name = s->peer->url.text;
	vv_cid made;

	*absent = status == 404 || status == 410 || status == 412 || status == 504;
	if (s->rc < 0) return vv_error_copy(err, &s->why);
	if (*absent) return VV_OK;
	if (status != 200) return explain_status(name, status, err);
	if (s->answer.cut) {
		return vv_fail(err, VV_ECORRUPT, "'%s' sent more than %s for the block %s", name,
			       vv_text_bytes(VV_BLOCK_MAX), vv_cid_shows(s->cid));
	}
	vv_status rc = vv_cid_of(&made, s->cid->codec, vv_buf_cstr(&s->answer.body),
				 s->answer.body.len, err);
	return rc < 0 || vv_cid_equal(&made, s->cid)
		       ? rc
		       : vv_fail(err, VV_ECORRUPT,
				 "'%s' sent data for the block %s that does not match its CID",
				 name, vv_cid_shows(s->cid));
}

vv_status vv_ipfs_peer_blocks(void *source, const vv_lacking *wants, size_t count,
			      vv_peer_block_fn fn, void *payload, vv_error *err)
{
	vv_ipfs_peer *p = source;
	size_t begun = 0;
	bool absent;
	vv_status rc = VV_OK;

	atomic_store(&p->stopped, false);
	for (size_t given = 0; rc == VV_OK ? given < count : given < begun; given++) {
		slot *s = &p->slots[given % SLOTS];

		/* A slot is free again when its want was given. */
		for (; rc == VV_OK && begun < count && begun < given + SLOTS; begun++) {
			slot *next = &p->slots[begun % SLOTS];

			next->job.run = ask_gateway;
			next->peer = p;
			next->cid = &wants[begun].cid;
			vv_pool_submit(p->pool, &next->job);
		}
		vv_pool_wait(p->pool, &s->job);
		if (rc == VV_OK && (rc = check_answer(s, &absent, err)) == VV_OK) {
			const vv_block_received b = {.cid = *s->cid,
						     .bytes = vv_buf_cstr(&s->answer.body),
						     .len = s->answer.body.len,
						     .base = wants[given].like};
			rc = fn(payload, given, absent ? NULL : &b, err);
		}
		atomic_store(&p->stopped, rc < 0);
	}
	return rc;
}
