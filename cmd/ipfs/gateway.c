/*
 * gateway: how suppliers are made of gateway_peers: of one URL, or of those that a router names.
 */
#include "cmd/ipfs/gateway.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/clone/imported.h"
#include "lib/remotes/reach.h"
#include "lib/sync/vault_peer.h"
#include "transport/ipfs/gateway_peer.h"
#include "transport/ipfs/routing.h"
#include "transport/protocol/speeds.h"

#define SCHEME "ipfs+"

#define ROUTED "/routing/v1/providers/"

typedef struct gateway {
	char *url; /* of a provider; NULL: the user's */
	vv_ipfs_peer *peer;
} gateway;

static void close_gateway(void *payload)
{
	gateway *g = payload;

	vv_ipfs_peer_close(g->peer);
	vv_free_all(g->url, g);
}

static vv_status give_blocks(void *payload, const vv_lacking *wants, size_t count,
			     vv_peer_block_fn fn, void *fn_payload, vv_error *err)
{
	return vv_ipfs_peer_blocks(((gateway *)payload)->peer, wants, count, fn, fn_payload, err);
}

static vv_status open_one(vv_transfer *t, vv_supplier *out, const char *url, char *take_url,
			  vv_error *err)
{
	gateway *g = vv_calloc(1, sizeof(*g));
	vv_status rc = g ? vv_ipfs_peer_open(&g->peer, url, &t->connect, err) : vv_fail_nomem(err);

	if (rc < 0) {
		vv_free_all(take_url, g);
		return rc;
	}
	g->url = take_url;
	*out = (vv_supplier){.name = url,
			     .id = vv_speed_source(url),
			     .source = give_blocks,
			     .payload = g,
			     .close = close_gateway};
	return VV_OK;
}

/* --- routers -------------------------------------------------------------------------------------- */

typedef struct routing {
	vv_transfer *t;
	vv_supplier *out;
	size_t max, count;
} routing;

/* "/dns4/HOST/tcp/PORT/https", "/ip4/ADDRESS/tcp/PORT/http", as multiaddr has them. False: another way to reach a node. */
static bool put_url(vv_buf *url, const char *address)
{
	static const char *const hosts[] = {"/dns/", "/dns4/", "/dns6/", "/ip4/", "/ip6/"};
	const char *host = NULL;

	vv_array_each(hosts, sizeof(hosts) / sizeof(hosts[0]), it) {
		if (strncmp(address, *it, strlen(*it)) == 0) {
			host = address + strlen(*it);
		}
	}
	const size_t len = host ? strcspn(host, "/") : 0;
	const char *const port = host && strncmp(host + len, "/tcp/", 5) == 0 ? host + len + 5
									      : NULL;
	const size_t digits = port ? strspn(port, "0123456789") : 0;
	const char *const rest = port ? port + digits : "";
	const bool tls = strcmp(rest, "/https") == 0 || strcmp(rest, "/tls/http") == 0;

	if (len == 0 || digits == 0 || digits > 5 || (!tls && strcmp(rest, "/http") != 0) ||
	    strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.:") !=
		    len) {
		return false;
	}
	vv_buf_printf(url,
		      memchr(host, ':', len) ? SCHEME "%s://[%.*s]:%.*s" : SCHEME "%s://%.*s:%.*s",
		      tls ? "https" : "http", (int)len, host, (int)digits, port);
	return true;
}

/* One that cannot be opened, and one that speaks bitswap alone, is left out. */
static vv_status add_provider(void *payload, const vv_provider *p, vv_error *err)
{
	routing *r = payload;
	vv_auto(vv_buf) url = VV_BUF_INIT;
	char *text;

	if (r->count == r->max || !p->address || !put_url(&url, p->address)) return VV_OK;
	if (vv_array_find(r->out, r->count, known, strcmp(known->name, vv_buf_cstr(&url)) == 0)) {
		return VV_OK;
	}
	if (!(text = vv_buf_detach(&url))) return vv_fail_nomem(err);
	r->count += open_one(r->t, &r->out[r->count], text, text, VV_IGNORED) == VV_OK;
	return VV_OK;
}

/* URL: "ipfs+https://ROUTER/routing/v1/providers/CID". */
static vv_status ask_router(routing *r, const char *url, const char *routed, vv_error *err)
{
	const char *const text = routed + strlen(ROUTED);
	vv_auto(char) *router = vv_strndup(url + strlen(SCHEME),
					   (size_t)(routed - url) - strlen(SCHEME));
	vv_cid cid;
	vv_status rc = router ? vv_cid_parse(&cid, text, strlen(text), err) : vv_fail_nomem(err);

	rc = rc < 0 ? rc : vv_routing_providers(router, &r->t->connect, &cid, add_provider, r, err);
	return rc < 0 || r->count > 0
		       ? rc
		       : vv_fail(err, VV_ENOTFOUND,
				 "'%s' does not list a provider that answers over HTTP",
				 vv_text_url(url));
}

static vv_status open_gateway(vv_transfer *t, vv_supplier *out, size_t max, size_t *count,
			      const char *url, vv_error *err)
{
	const char *const routed = url ? strstr(url, ROUTED) : NULL;
	routing r = {.t = t, .out = out, .max = max};
	vv_status rc;

	*count = 0;
	if (!url || max == 0) return VV_OK;
	if (routed) {
		rc = ask_router(&r, url, routed, err);
		while (rc < 0 && r.count > 0) {
			vv_reach_supplier_clear(&out[--r.count]);
		}
		*count = r.count;
	} else if ((rc = open_one(t, out, url, NULL, err)) == VV_OK) {
		*count = 1;
	}
	return rc;
}

void vv_suppliers_begin(void)
{
	vv_reach_add_kind(SCHEME, NULL, open_gateway);
	vv_vault_peer_register();
	vv_imported_suppliers_register();
}
