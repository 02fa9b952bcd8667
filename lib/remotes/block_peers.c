/*
 * block_peers: whom a commit may send us to.
 */
#include "lib/remotes/block_peers.h"

#include <limits.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/ascii.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/config.h"
#include "repo/git/history/history.h"
#include "repo/git/objects/send.h"
#include "transport/line/url.h"
#include "transport/protocol/ask.h"
#include "transport/protocol/push.h"

/* --- trust ----------------------------------------------------------------------------------- */

typedef struct trust {
	const char *site;
	bool found;
} trust;

/* Behind one relay are machines of many owners, so that their keys part sites. */
static void put_relay_key(vv_buf *out, const vv_url *u)
{
	vv_auto(char) *name = NULL;
	uint8_t key[VV_KEY_PUBLIC];

	if (vv_url_read_relay(key, &name, u, VV_IGNORED) == VV_OK) {
		vv_buf_printf(out, "/%s", vv_did_key_shows(key));
	} else {
		vv_buf_fail(out);
	}
}

/* The site of a URL: "ssh://git@host", "https://host:8443", without a default port, "relay+https://host/z6Mk...". "":
 * not a machine. A different user or port of the same machine is a different site. */
static void put_site(vv_buf *out, const vv_url *u)
{
	const vv_url_scheme *scheme = vv_url_scheme_of(u);
	const bool six = u->host && strchr(u->host, ':');

	if (!u->host) return;
	vv_buf_printf(out, "%s://", scheme->name);
	if (u->user) {
		vv_buf_printf(out, "%s@", u->user);
	}
	vv_buf_puts(out, six ? "[" : "");
	for (const char *p = u->host; *p; p++) {
		vv_buf_putc(out, vv_to_lower(*p));
	}
	vv_buf_puts(out, six ? "]" : "");
	if (u->port != 0 && u->port != scheme->port) {
		vv_buf_printf(out, ":%u", u->port);
	}
	if (u->kind == VV_URL_RELAY) {
		put_relay_key(out, u);
	}
}

vv_status vv_block_peer_site(vv_buf *out, const char *url, vv_error *err)
{
	vv_auto(vv_url) u = {0};
	vv_status rc = vv_url_read(&u, url, err);

	if (rc < 0) return rc;
	put_site(out, &u);
	return vv_buf_ok(out, err);
}

/* An entry of the list: a URL, or a HOST, which means https://HOST. */
static bool is_site(const char *entry, size_t len, const char *site)
{
	vv_auto(vv_buf) url = VV_BUF_INIT, is = VV_BUF_INIT;
	const char *colon = memchr(entry, ':', len);
	const bool whole = colon && (size_t)(colon - entry) + 3 <= len &&
			   memcmp(colon, "://", 3) == 0;

	vv_buf_printf(&url, "%s%.*s", whole ? "" : "https://", (int)len, entry);
	vv_status rc = vv_block_peer_site(&is, vv_buf_cstr(&url), VV_IGNORED);
	if (rc < 0) { /* some kinds of URL need a path, which a site does not have */
		vv_buf_putc(&url, '/');
		rc = vv_block_peer_site(&is, vv_buf_cstr(&url), VV_IGNORED);
	}
	return !url.failed && rc == VV_OK && is.len > 0 && strcmp(vv_buf_cstr(&is), site) == 0;
}

/* "a.example https://b.example:8443,ssh://git@c.example" */
static bool lists_site(const char *list, const char *site)
{
	for (const char *p = list; *p;) {
		size_t n = strcspn(p, ", \t");
		if (n > 0 && n < INT_MAX && is_site(p, n, site)) return true;
		p += n + strspn(p + n, ", \t");
	}
	return false;
}

static vv_status see_host(void *payload, const char *name VV_UNUSED, const char *value,
			  const char *level VV_UNUSED, vv_error *err VV_UNUSED)
{
	trust *t = payload;

	t->found = t->found || lists_site(value ? value : "", t->site);
	return VV_OK;
}

static vv_status ask_about(vv_transfer *t, const char *url, const char *site, bool *yes,
			   vv_error *err)
{
	vv_auto(vv_buf) prompt = VV_BUF_INIT, answer = VV_BUF_INIT;

	*yes = false;
	vv_buf_printf(&prompt, "%s names blocks at %s. Trust %s? [y/N] ", VV_BLOCKS_CONFIG,
		      vv_text_url(url), vv_text_shows(site));
	vv_status rc = vv_buf_ok(&prompt, err);
	vv_notes_end(t->notes);
	if (rc == VV_OK && t->connect.ask &&
	    t->connect.ask(t->connect.payload, prompt.data, true, &answer, VV_IGNORED) == VV_OK) {
		*yes = answer.len > 0 && (answer.data[0] == 'y' || answer.data[0] == 'Y');
	}
	return rc == VV_OK && *yes ? vv_config_add(t->repo, "varve.trustedHost", site, err) : rc;
}

vv_status vv_block_peer_is_trusted(vv_transfer *t, const vv_remote *m, const char *url, bool *yes,
				   vv_error *err)
{
	const char *env = vv_env_get(vv_repository_env(t->repo), "VARVE_TRUSTED_HOSTS");
	vv_auto(vv_buf) there = VV_BUF_INIT, own = VV_BUF_INIT;
	trust asked = {.found = false};
	vv_status rc = vv_block_peer_site(&there, url, err);

	if (rc < 0) return rc;
	asked.site = vv_buf_cstr(&there);
	if (vv_block_peer_site(&own, m->url, VV_IGNORED) == VV_OK) {
		asked.found = own.len > 0 && strcmp(vv_buf_cstr(&own), asked.site) == 0;
	}
	asked.found = asked.found || (env && lists_site(env, asked.site));
	rc = vv_config_each(t->repo, "varve.trustedhost", see_host, &asked, err);
	*yes = asked.found;
	if (rc == VV_OK && !*yes) {
		rc = ask_about(t, url, asked.site, yes, err);
	}
	if (rc == VV_OK && !*yes) {
		t->left_out = true;
		vv_notes_warn(t->notes,
			      "%s names blocks at %s, which is not used, as this host is not "
			      "trusted",
			      VV_BLOCKS_CONFIG, vv_text_url(url));
		vv_notes_put(t->notes,
			     "hint: 'git config --global --add varve.trustedHost %s' trusts it",
			     there.len > 0 ? vv_text_word(asked.site) : "URL");
	}
	return rc;
}

/* --- sending ------------------------------------------------------------------------------------ */

static const vv_remote_ref *find_ref(const vv_hello *h, const char *name)
{
	return vv_array_find(h->refs, h->ref_count, it, strcmp(it->name, name) == 0);
}

/* Determines its name on the remote. */
static vv_status place_ref(vv_push_ref *out, vv_repository *r, const vv_hello *h,
			   const vv_blocks_ref *ref, vv_arena *arena, vv_error *err)
{
	const vv_remote_ref *there = ref->name ? find_ref(h, ref->name) : NULL;
	bool known = false, forward = false;
	vv_status rc = VV_OK;

	*out = (vv_push_ref){.id = ref->id, .name = ref->name};
	if (ref->name && (!there || vv_oid_equal(&there->id, &ref->id))) {
		out->old = there ? there->id : out->old;
		return VV_OK;
	}
	if (there && strncmp(ref->name, "refs/heads/", 11) == 0) {
		rc = vv_commits_known(r, &there->id, 1, &known, err);
		if (rc == VV_OK && known) {
			rc = vv_is_ancestor(r, &there->id, &ref->id, &forward, err);
		}
		out->old = there->id;
	}
	if (rc < 0 || forward) return rc;
	out->name = vv_arena_printf(arena, "refs/tags/kept/%s", vv_oid_shows(&ref->id));
	if (!out->name) return vv_fail_nomem(err);
	there = find_ref(h, out->name);
	memset(&out->old, 0, sizeof(out->old));
	out->old = there ? there->id : out->old;
	return VV_OK;
}

static vv_status send_to(const char *url, vv_transfer *t, const vv_blocks_ref *refs, size_t count,
			 bool dry_run, vv_host_sum *sum, vv_error *err)
{
	vv_remote m = {.url = (char *)(uintptr_t)url};
	vv_auto_free vv_push_ref *list = vv_calloc(count + 1, sizeof(*list));
	vv_auto(vv_peer) *peer = NULL;
	const vv_hello *h;
	vv_auto(vv_push_outcome) out = {0};
	vv_auto(vv_arena) arena = {0};
	vv_status rc;

	if (!list) return vv_fail_nomem(err);
	if ((rc = vv_transfer_connect(t, &peer, &m, true, err)) < 0 ||
	    (rc = vv_peer_hello(peer, &h, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		rc = place_ref(&list[i], t->repo, h, &refs[i], &arena, err);
	}
	const vv_push p = {.repo = t->repo,
			   .peer = peer,
			   .refs = list,
			   .ref_count = count,
			   .dry_run = dry_run,
			   .progress = t->progress};
	if (rc < 0 || (rc = vv_push_run(&p, &out, err)) < 0) return rc;
	for (size_t i = 0; rc == VV_OK && !dry_run && i < out.answer.count; i++) {
		if (out.answer.refs[i]) {
			rc = vv_fail(err, VV_EREFUSED, "'%s' refuses %s: %s", vv_text_url(url),
				     vv_text_shows(list[i].name),
				     vv_text_shows(out.answer.refs[i]));
		}
	}
	vv_channel_stats line = vv_peer_stats(peer);
	sum->versions = out.sum.datasets;
	sum->blocks = out.sum.blocks;
	sum->raw = out.sum.bytes;
	sum->bytes = line.bytes_out;
	return rc;
}

static bool is_trusted_peer(const vv_blocks_source *s)
{
	return s->kind == VV_FROM_PEER && s->trusted;
}

vv_status vv_block_peers_send(const vv_blocks_sources *to, vv_transfer *t,
			      const vv_blocks_ref *refs, size_t count, bool dry_run,
			      vv_host_sum *sum, vv_error *err)
{
	const unsigned before = t->connect.first_sec;
	vv_host_sum one;
	vv_error why = {0};
	size_t peers = 0, took = 0;

	memset(sum, 0, sizeof(*sum));
	vv_array_each(to->items, to->count, item) {
		peers += is_trusted_peer(item);
	}
	/* if there are several, do not wait for a sleeping one */
	if (peers > 1 && t->connect.idle_sec == 0) {
		t->connect.first_sec = VV_ASK_FIRST_SEC;
	}
	vv_array_each(to->items, to->count, it) {
		if (!is_trusted_peer(it)) {
			continue;
		}
		memset(&one, 0, sizeof(one));
		if (send_to(it->url, t, refs, count, dry_run, &one, &why) < 0) {
			if (peers > 1) {
				vv_notes_warn(t->notes, "%s", why.message);
			}
			continue;
		}
		took++;
		sum->versions = one.versions > sum->versions ? one.versions : sum->versions;
		sum->blocks += one.blocks;
		sum->raw += one.raw;
		sum->bytes += one.bytes;
	}
	t->connect.first_sec = before;
	if (took > 0) return VV_OK;
	if (peers == 0) {
		return vv_fail(err, VV_EREFUSED,
			       "none of the hosts for blocks in " VV_BLOCKS_CONFIG " is trusted\n"
			       "'git config --global --add varve.trustedHost SITE' trusts one; "
			       "VARVE_TRUSTED_HOSTS does so for one command");
	}
	*err = why;
	return vv_prefix(err, "the blocks were not sent");
}

vv_status vv_block_peer_trust(vv_repository *r, const char *url, vv_error *err)
{
	vv_auto(vv_buf) site = VV_BUF_INIT;
	vv_auto(char) *now = NULL;
	vv_status rc = vv_block_peer_site(&site, url, err);

	if (rc == VV_OK && site.len > 0 &&
	    (vv_config_string(r, "varve.trustedhost", &now, VV_IGNORED) < 0 ||
	     strcmp(now, vv_buf_cstr(&site)) != 0)) {
		rc = vv_config_add(r, "varve.trustedHost", vv_buf_cstr(&site), err);
	}
	return rc;
}
