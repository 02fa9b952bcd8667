/*
 * needed: fetches versions the moment that they are needed.
 */
#include "lib/sync/needed.h"

#include "base/array.h"
#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/heads/named.h"
#include "lib/remotes/reach.h"
#include "lib/remotes/vault_config.h"
#include "repo/blocks/cbor.h"
#include "repo/git/history/expired.h"
#include "repo/git/history/refs.h"
#include "repo/git/objects/send.h"
#include "repo/known/elsewhere.h"
#include "transport/line/deadline.h"
#include "transport/protocol/block_stream.h"
#include "transport/protocol/receipt.h"

#include <assert.h>
#include <string.h>
#include <unistd.h>

#define NEEDED_MAX VV_NEEDED_FROM_MAX /* limit of remotes */
#define NEEDED_PEERS_MAX 4u
#define NEEDED_SUPPLIERS_MAX 20u /* of one remote; with unnamed ones VV_SUPPLIERS_MAX at most */

typedef struct needed_remote {
	char *name;
	char *url; /* shown in messages instead of an internal name; NULL: the name is shown */
	/* A Git host's block peers, or a vault's holders, are more than one. */
	vv_supplier suppliers[NEEDED_SUPPLIERS_MAX];
	size_t count;
	bool asked; /* connected, or given up */
	bool ref_asked;
	bool failed;
	atomic_bool stopped; /* set when the time of the connection is up */
	vv_error why;
} needed_remote;

typedef struct needed_link {
	vv_cid root;
	char *name; /* VV_LINK_SCHEME and the URL */
} needed_link;

struct vv_needed {
	vv_repository *repo;
	vv_transfer t;
	needed_remote remotes[NEEDED_MAX];
	size_t count;
	needed_remote source; /* of the linked version that was wanted last; name NULL: none yet */
	needed_link *links;   /* of HEAD */
	size_t link_count, link_cap;
	/* They take part with every remote. */
	vv_supplier unasked[VV_SUPPLIERS_MAX - NEEDED_SUPPLIERS_MAX];
	size_t unasked_count;
	vv_error untold; /* of these; code VV_OK: nothing */
	bool given;      /* the remotes are those that the caller named */
	bool asked;      /* by the user, by name */
	bool begun, off;
	bool erased; /* also data that was erased */
	uint64_t idle_sec;
	const vv_progress *progress; /* or NULL */
	const char *why_off;
	vv_elsewhere *elsewhere; /* NULL: not read */
	vv_cid_set *here;        /* versions that came; NULL: none did */
	const char *by;
};

vv_needed *vv_needed_new(vv_repository *r)
{
	vv_needed *n = vv_calloc(1, sizeof(*n));

	if (n) {
		n->repo = r;
	}
	return n;
}

vv_needed *vv_needed_new_asked(vv_repository *r)
{
	vv_needed *n = vv_needed_new(r);

	if (n) {
		n->asked = true;
	}
	return n;
}

void vv_needed_watch(vv_needed *n, const vv_progress *progress)
{
	n->progress = progress;
}

void vv_needed_allow_erased(vv_needed *n)
{
	n->erased = true;
}

void vv_needed_idle(vv_needed *n, uint64_t idle_sec)
{
	n->idle_sec = idle_sec;
}

vv_status vv_needed_is_here(vv_needed *n, const vv_cid *root, vv_error *err)
{
	if (!n->here && !(n->here = vv_cid_set_new())) return vv_fail_nomem(err);
	return vv_cid_set_add(n->here, root, NULL, err);
}

static void clear_remote(needed_remote *m)
{
	for (size_t k = m->count; k-- > 0;) {
		vv_reach_supplier_clear(&m->suppliers[k]);
	}
	vv_free_all(m->url, m->name);
	*m = (needed_remote){.name = NULL};
}

void vv_needed_free(vv_needed *n)
{
	if (n) {
		/* One that stays noted may be fetched again, and that is all. */
		if (n->here) {
			(void)vv_elsewhere_remove(n->repo, n->here, VV_IGNORED);
		}
		vv_cid_set_free(n->here);
		vv_array_each(n->remotes, n->count, remote) {
			clear_remote(remote);
		}
		clear_remote(&n->source);
		vv_array_clear(n->links, n->link_count, it, vv_free(it->name));
		vv_array_each(n->unasked, n->unasked_count, it) {
			vv_reach_supplier_clear(it);
		}
		if (n->begun && !n->off) {
			vv_transfer_close(&n->t);
		}
		vv_elsewhere_free(n->elsewhere);
		vv_free(n);
	}
}

static const char *shown_remote(const needed_remote *m)
{
	return vv_reach_shown(m->url ? m->url : m->name);
}

static vv_status add_needed(vv_needed *n, const char *name, vv_error *err)
{
	vv_auto(vv_remote) m = {0};

	if (vv_array_find(n->remotes, n->count, it, strcmp(it->name, name) == 0)) return VV_OK;
	if (n->count == NEEDED_MAX) return VV_OK;
	/* the name of a cache's remote is internal */
	if (vv_repository_is_bare(n->repo) &&
	    vv_remote_find(&m, n->repo, name, VV_IGNORED) == VV_OK) {
		n->remotes[n->count].url = vv_take(&m.url);
	}
	n->remotes[n->count].name = vv_strdup(name);
	return n->remotes[n->count++].name ? VV_OK : vv_fail_nomem(err);
}

vv_needed *vv_needed_new_from(vv_repository *r, const vv_strings *names)
{
	vv_auto(vv_needed) *n = vv_needed_new(r);

	assert(names->count <= NEEDED_MAX);
	for (size_t i = 0; n && i < names->count; i++) {
		if (add_needed(n, names->items[i], VV_IGNORED) < 0) return NULL;
	}
	if (n) {
		n->given = true;
	}
	return vv_take(&n);
}

void vv_needed_rest(vv_needed *n)
{
	vv_array_each(n->remotes, n->count, m) {
		if (!vv_array_find(m->suppliers, m->count, it, vv_git_host_of(it))) {
			continue;
		}
		for (size_t k = m->count; k-- > 0;) {
			vv_reach_supplier_clear(&m->suppliers[k]);
		}
		m->count = 0;
		m->ref_asked = false;
	}
}

const char *vv_needed_by(const vv_needed *n)
{
	return n->by;
}

static bool is_remote(const vv_needed *n, const char *url)
{
	for (size_t i = 0; i < n->count; i++) {
		vv_auto(vv_remote) m = {0};

		if (vv_remote_find(&m, n->repo, n->remotes[i].name, VV_IGNORED) == VV_OK &&
		    strcmp(m.url, url) == 0) {
			return true;
		}
	}
	return false;
}

/* Adds keepers of dropped versions that are not remotes: a URL, the vault. */
static vv_status add_keepers(vv_needed *n, vv_error *err)
{
	const char *name;
	vv_status rc = VV_OK;

	if (!n->elsewhere && vv_elsewhere_read(&n->elsewhere, n->repo, VV_IGNORED) < 0) {
		return VV_OK;
	}
	for (size_t i = 0; rc == VV_OK && (name = vv_elsewhere_remote(n->elsewhere, i)); i++) {
		/* A source is used only for versions linked to it. */
		rc = (strchr(name, ':') || strchr(name, '/')) &&
				     strncmp(name, VV_LINK_SCHEME, strlen(VV_LINK_SCHEME)) != 0
			     ? add_needed(n, name, err)
			     : VV_OK;
	}
	return rc;
}

/* Adds the copies that the newest trusted head names, and the user's mirrors, for an origin that is gone. */
static vv_status add_mirrors(vv_needed *n, vv_error *err)
{
	vv_auto(vv_named) found = {.mirrors = VV_BUF_INIT};
	const char *url = NULL;
	vv_status rc = vv_named_mirrors(&found, n->repo, NULL, NULL, VV_IGNORED);

	if (rc < 0) return rc == VV_ENOMEM ? vv_fail_nomem(err) : VV_OK;
	while (rc == VV_OK && (url = vv_named_mirror(&found, url))) {
		if (!is_remote(n, url)) {
			rc = add_needed(n, url, err);
		}
	}
	return rc;
}

/* Which versions HEAD links: those that git brought are not noted. */
static vv_status add_link(void *payload, const vv_cid *root, const char *source, vv_error *err)
{
	vv_needed *n = payload;

	char *name = vv_asprintf(VV_LINK_SCHEME "%s", source);

	return vv_array_own(n->links, n->link_count, n->link_cap, name, (needed_link){*root, name})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

/* The current branch's remote, then all others, then further keepers of dropped versions, then mirrors. */
static vv_status begin_needed(vv_needed *n, vv_error *err)
{
	vv_auto(vv_string_list) names = {0};
	vv_auto(char) *first = NULL;
	vv_auto(vv_head) head = {0};
	bool automatic = true;
	vv_status rc;

	n->begun = n->off = true;
	n->why_off = "fetching is off (varve.autoFetch is false)";
	if (n->given) {
		rc = vv_transfer_open(&n->t, n->repo, vv_repository_notes(n->repo), true,
				      n->idle_sec, err);
		n->off = rc < 0;
		return rc;
	}
	if (!n->asked && vv_env_get(vv_repository_env(n->repo), VV_OFFLINE_VAR)) {
		n->why_off = "--offline forbids fetching";
		return VV_OK;
	}
	rc = n->asked ? VV_OK : vv_config_bool(n->repo, "varve.autofetch", true, &automatic, err);
	if (rc < 0 || !automatic ||
	    (rc = vv_transfer_open(&n->t, n->repo, vv_repository_notes(n->repo), true, n->idle_sec,
				   err)) < 0) {
		return rc;
	}
	n->off = false;
	if (!isatty(STDERR_FILENO)) {
		n->t.connect.ask = NULL; /* an editor's checkout has no terminal for questions */
	}
	if (vv_head_read(n->repo, &head, VV_IGNORED) == VV_OK) {
		if (vv_remote_default(&first, n->repo, head.branch, false, VV_IGNORED) == VV_OK) {
			rc = add_needed(n, first, err);
		}
	}
	if (rc == VV_OK) {
		rc = vv_remote_names(&names, n->repo, err);
	}
	for (size_t i = 0; rc == VV_OK && i < names.count; i++) {
		rc = add_needed(n, names.items[i], err);
	}
	if (rc == VV_OK) {
		rc = add_keepers(n, err);
	}
	if (rc == VV_OK && n->count > 0) {
		rc = add_mirrors(n, err);
	}
	n->t.connect.others = n->count > 1 && n->idle_sec == 0;
	if (rc == VV_OK && !vv_oid_is_null(&head.commit)) {
		rc = vv_linked_each(n->repo, &head.commit, add_link, n, err);
	}
	if (rc == VV_OK) {
		vv_reach_unasked(&n->t, n->unasked, VV_SUPPLIERS_MAX - NEEDED_SUPPLIERS_MAX,
				 &n->unasked_count, &n->untold);
	}
	return rc;
}

typedef struct reaching {
	vv_needed *n;
	needed_remote *m;
} reaching;

static vv_status open_remote(void *payload, const vv_connect_options *o, vv_error *err)
{
	reaching *r = payload;
	const unsigned before = r->n->t.connect.first_sec;

	const atomic_bool *was = r->n->t.connect.stopped;
	vv_deadline *deadline = NULL;

	r->n->t.connect.first_sec = o->first_sec;
	if (o->others) {
		atomic_store(&r->m->stopped, false);
		r->n->t.connect.stopped = &r->m->stopped;
		deadline = vv_deadline_start(&r->m->stopped, VV_DEADLINE_BESIDE_MS);
	}
	vv_status rc = vv_reach_suppliers(&r->n->t, r->m->suppliers, NEEDED_SUPPLIERS_MAX - 1,
					  &r->m->count, r->m->name, err);
	vv_deadline_end(deadline);
	if (rc == VV_OK) {
		atomic_store(&r->m->stopped, false);
	}
	r->n->t.connect.first_sec = before;
	r->n->t.connect.stopped = was;
	return rc;
}

/* The first of them has all the time that it needs; another that sleeps costs little. */
static vv_status reach_remote(vv_needed *n, needed_remote *m, vv_error *err)
{
	reaching r = {n, m};
	vv_auto(vv_ask) ask = {
		.url = m->name, .named = n->given, .open = open_remote, .payload = &r};
	vv_ask *const list[] = {&ask};
	vv_status rc;

	if (m == n->remotes || m == &n->source) return open_remote(&r, &n->t.connect, err);
	if ((rc = vv_ask_prepare(&ask, &n->t.connect, err)) == VV_OK &&
	    (rc = vv_ask_all(list, 1, n->repo, err)) == VV_OK && ask.status < 0) {
		*err = ask.why;
		rc = ask.status;
	}
	return rc;
}

static vv_status reach_needed(vv_needed *n, needed_remote *m, vv_error *err)
{
	size_t peers = 0;
	vv_git_host *host;
	vv_status rc = reach_remote(n, m, err);

	if (rc < 0) return rc;
	if ((host = vv_git_host_of(&m->suppliers[0])) != NULL) {
		rc = vv_reach_block_peers(&n->t, host, m->suppliers + 1, NEEDED_PEERS_MAX, &peers,
					  err);
		m->count += peers;
	}
	return rc;
}

/* Fetches from the remote's suppliers (m NULL: no reachable remote) and, unless it is the vault, from the
 * unnamed ones. */
static vv_status fetch_from(vv_needed *n, needed_remote *m, vv_fetch *f, const vv_cid *root,
			    vv_fetch_result *result, vv_error *err)
{
	vv_supplier all[VV_SUPPLIERS_MAX];
	const size_t own = m ? m->count : 0;
	const size_t more = m && strcmp(m->name, VV_VAULT_SOURCE) == 0 ? 0 : n->unasked_count;

	if (m) {
		memcpy(all, m->suppliers, own * sizeof(*all));
	}
	memcpy(all + own, n->unasked, more * sizeof(*all));
	f->suppliers = all;
	f->supplier_count = own + more;
	f->erased = n->erased;
	vv_status rc = vv_fetch_cid(f, root, result, err);
	if (rc == VV_OK && result->received.blocks > 0) {
		(void)vv_receipts_add(n->repo, all, f->supplier_count, result->roots,
				      result->root_count, VV_IGNORED);
	}
	if (m) {
		memcpy(m->suppliers, all, own * sizeof(*all));
	}
	memcpy(n->unasked, all + own, more * sizeof(*all));
	f->suppliers = NULL;
	return rc;
}

bool vv_needed_unwanted(vv_needed *n, const vv_cid *root)
{
	return n->begun &&
	       (n->elsewhere || vv_elsewhere_read(&n->elsewhere, n->repo, VV_IGNORED) == VV_OK) &&
	       (n->off ? vv_elsewhere_has(n->elsewhere, root)
		       : vv_elsewhere_links(n->elsewhere, root));
}

/* A help, without which all of the version comes. */
static bool find_like(vv_needed *n, const vv_cid *root, vv_cid *out)
{
	vv_store *store;

	return vv_repository_store(n->repo, &store, VV_IGNORED) == VV_OK &&
	       (n->elsewhere || vv_elsewhere_read(&n->elsewhere, n->repo, VV_IGNORED) == VV_OK) &&
	       vv_elsewhere_like(n->elsewhere, root, store, out);
}

static vv_status connect_needed(vv_needed *n, needed_remote *m, vv_error *err)
{
	if (!m->asked) {
		m->asked = true;
		vv_notes_put(n->t.notes, "varve: fetching blocks from %s", shown_remote(m));
	}
	if (!m->failed && m->count == 0) {
		m->failed = reach_needed(n, m, &m->why) < 0;
	}
	if (m->failed) {
		return vv_error_copy(err, &m->why);
	}
	return VV_OK;
}

static vv_status fetch_needed(vv_needed *n, needed_remote *m, const vv_cid *root, vv_error *err)
{
	vv_auto(vv_fetch_result) result = {0};
	vv_cid like;
	vv_status rc = connect_needed(n, m, err);

	if (rc < 0) return rc;
	vv_fetch f = {.repo = n->repo,
		      .like = find_like(n, root, &like) ? &like : NULL,
		      .progress = n->progress};
	rc = fetch_from(n, m, &f, root, &result, err);
	if (rc == VV_EMISSING && m->suppliers[0].peer && !m->ref_asked) {
		bool has;
		m->ref_asked = true;
		if (vv_reach_ref_supplier(&n->t, &m->suppliers[m->count], m->name, &has,
					  VV_IGNORED) == VV_OK &&
		    has) {
			m->count++;
			vv_fetch_result_clear(&result);
			rc = fetch_from(n, m, &f, root, &result, err);
		}
	}
	if (rc < 0 && rc != VV_EMISSING) {
		m->failed = true; /* the line is in an unknown state */
		m->why = *err;
	}
	return rc;
}

/* Where no remote could be reached. */
static vv_status fetch_unasked(vv_needed *n, const vv_cid *root, vv_error *err)
{
	vv_auto(vv_fetch_result) result = {0};
	vv_fetch f = {.repo = n->repo, .progress = n->progress};
	return fetch_from(n, NULL, &f, root, &result, err);
}

static vv_status get_given(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	const vv_needed_blocks *w = payload;

	return w->get(w->payload, cid, out, err);
}

/* One that is absent or wrong is left out. */
static vv_status take_given(void *payload, size_t i VV_UNUSED, const vv_block_received *b,
			    vv_error *err)
{
	const vv_needed_blocks *w = payload;
	vv_cid is;

	if (!b) return VV_OK;
	if (vv_cid_of(&is, b->cid.codec, b->bytes, b->len, err) < 0) return err->code;
	if (!vv_cid_equal(&is, &b->cid) || (b->cid.codec == VV_CODEC_DAG_CBOR &&
					    vv_cbor_check(b->bytes, b->len, VV_IGNORED) < 0)) {
		return VV_OK;
	}
	return w->take(w->payload, &b->cid, b->bytes, b->len, err);
}

static vv_status ask_given(vv_needed *n, vv_needed_blocks *w, vv_error *err)
{
	vv_lacking wants[VV_NEEDED_AT_ONCE];
	vv_git_host *g;
	vv_status rc;

	if (n->off || n->count == 0 || (rc = connect_needed(n, &n->remotes[0], err)) < 0) {
		return vv_fail(err, VV_ENOSUPPORT, "no remote can be reached");
	}
	vv_supplier *s = &n->remotes[0].suppliers[0];
	if ((g = vv_git_host_of(s)) != NULL) {
		return vv_git_host_some(g, w->cids, w->count, take_given, w, err);
	}
	if (!s->peer) return vv_fail(err, VV_ENOSUPPORT, "no peer can be reached");
	for (size_t i = 0; i < w->count; i++) {
		wants[i] = (vv_lacking){.cid = w->cids[i]};
	}
	rc = vv_peer_blocks(s->peer, wants, w->count, NULL, get_given, take_given, w, err);
	return rc < 0 && rc != VV_ENOMEM ? vv_fail(err, VV_ENOSUPPORT, "the peer sent no block")
					 : rc;
}

vv_status vv_needed_get(vv_needed *n, const vv_needed_blocks *what, vv_error *err)
{
	vv_needed_blocks w = *what;
	vv_status rc = n->begun ? VV_OK : begin_needed(n, err);

	assert(w.count <= VV_NEEDED_AT_ONCE);
	return rc < 0 ? rc : ask_given(n, &w, err);
}

/* The source of a linked version's blocks; NULL: not linked, or fetching is off. */
static const char *link_name(vv_needed *n, const vv_cid *root)
{
	if (n->off || n->given) return NULL;
	if ((n->elsewhere || vv_elsewhere_read(&n->elsewhere, n->repo, VV_IGNORED) == VV_OK) &&
	    vv_elsewhere_links(n->elsewhere, root)) {
		return vv_elsewhere_keeper(n->elsewhere, root);
	}
	const __typeof__(n->links[0]) *link = vv_array_find(n->links, n->link_count, it,
							    vv_cid_equal(&it->root, root));
	return link ? link->name : NULL;
}

static vv_status fetch_linked(vv_needed *n, const char *name, const vv_cid *root, vv_error *err)
{
	needed_remote *m = &n->source;

	if (m->name && strcmp(m->name, name) != 0) {
		clear_remote(m);
	}
	if (!m->name && !(m->name = vv_strdup(name))) return vv_fail_nomem(err);
	return fetch_needed(n, m, root, err);
}

/* After no remote sent the version. It is not lost if one of them could not be reached, or another
 * place is recorded. */
static vv_gap gap_of_needed(const vv_needed *n, const vv_cid *root)
{
	const char *keeper = n->elsewhere ? vv_elsewhere_keeper(n->elsewhere, root) : NULL;

	if (n->off || vv_array_find(n->remotes, n->count, it, it->failed)) {
		return VV_GAP_FETCHABLE;
	}
	if (keeper && !vv_array_find(n->remotes, n->count, it, strcmp(it->name, keeper) == 0)) {
		return VV_GAP_FETCHABLE;
	}
	return VV_GAP_LOST;
}

static vv_status fetch_from_all(vv_needed *n, const vv_cid *root, vv_error *err)
{
	bool reached = false;
	vv_error why, of_source;
	const char *source;
	vv_status rc = n->begun ? VV_OK : begin_needed(n, err);

	if (rc < 0) return rc;
	if ((source = link_name(n, root)) != NULL) {
		if ((rc = fetch_linked(n, source, root, &of_source)) == VV_OK) {
			n->by = n->source.name;
			return vv_needed_is_here(n, root, err);
		}
		if (rc == VV_ECANCELLED || rc == VV_ENOMEM) {
			return vv_error_copy(err, &of_source);
		}
	}
	rc = vv_fail(err, VV_EMISSING, "%s", n->off ? n->why_off : "no remote is configured");
	vv_array_each(n->remotes, n->count, it) {
		if ((rc = fetch_needed(n, it, root, &why)) == VV_OK) {
			n->by = it->name;
			return vv_needed_is_here(n, root, err);
		}
		*err = why;
		if (rc == VV_ECANCELLED) return rc;
		vv_prefix(err, "%s", shown_remote(it));
		reached = reached || it->count > 0;
	}
	if (rc < 0 && !reached && n->unasked_count > 0) {
		if (fetch_unasked(n, root, &why) == VV_OK) {
			n->by = n->unasked[0].name;
			return vv_needed_is_here(n, root, err);
		}
		if (n->count == 0 && !n->off) {
			rc = vv_error_copy(err, &why);
		}
	}
	if (rc < 0 && source) {
		*err = of_source;
		return vv_prefix(err, "%s", vv_reach_shown(source));
	}
	if (rc < 0 && rc != VV_ENOMEM && !n->off) {
		vv_reach_tell(&n->t, &n->untold);
	}
	return rc;
}

/* Has the tree of a ref the version? It may have come back after its rows expired. */
static bool is_current(const vv_needed *n, const vv_cid *root)
{
	vv_auto(vv_oids) tips = {0};
	vv_auto(vv_cid_set) *roots = vv_cid_set_new();

	return roots && vv_ref_tips_list(&tips, n->repo, "refs/", VV_IGNORED) == VV_OK &&
	       vv_tree_roots(roots, n->repo, tips.items, tips.count, VV_IGNORED) == VV_OK &&
	       vv_cid_set_has(roots, root);
}

/* A remote is contacted for another expired version only on the user's request. */
static bool is_left(const vv_needed *n, const vv_cid *root)
{
	bool is;

	return !n->asked && !n->given &&
	       vv_expired_find(&is, NULL, n->repo, root, VV_IGNORED) == VV_OK && is &&
	       !is_current(n, root);
}

vv_status vv_needed_fetch(vv_needed *n, const vv_cid *root, vv_error *err)
{
	if (is_left(n, root)) {
		(void)vv_fail(err, VV_EMISSING, "it has expired");
		vv_expired_explain(n->repo, root, err);
		return VV_EMISSING;
	}
	const vv_status rc = fetch_from_all(n, root, err);

	if (rc < 0 && rc != VV_ENOMEM && rc != VV_ECANCELLED) {
		err->gap = gap_of_needed(n, root);
		vv_expired_explain(n->repo, root, err);
	}
	return rc;
}
