/*
 * git_host: the operations of a peer, by git.
 */
#include "lib/remotes/git_host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/remotes/blocks_config.h"
#include "lib/remotes/data_store.h"
#include "lib/remotes/fetched.h"
#include "lib/remotes/host_refs.h"
#include "repo/blocks/store.h"
#include "repo/git/history/refs.h"
#include "repo/git/objects/send.h"
#include "repo/git/ref_name.h"
#include "repo/git/run_git.h"
#include "repo/known/elsewhere.h"
#include "repo/known/incomplete.h"

struct vv_git_host {
	vv_transfer *t;
	const vv_remote *m;
	vv_remote *own;           /* m, or NULL: borrowed */
	const char *url;          /* for requests */
	vv_remote_folder *folder; /* m is published as files; NULL: it is not */
	bool named;               /* word is the remote's name */
	char *word;               /* what git is given: that, or url without its secret */
	char *blocks_ref;
	vv_oid blocks_tip;       /* null: it is not there */
	vv_data_store store;     /* that keeps the blocks in the place of a ref; url NULL: none */
	bool chosen;             /* by the caller: store is final */
	bool write;              /* for a push */
	bool mending;            /* damage there will be repaired */
	vv_block_peers peers;    /* of the last request */
	bool peers_listed;       /* to read from, by this: */
	vv_blocks_config config; /* the content of .varveconfig at */
	vv_oid config_of;
	bool config_read;
	vv_oid fetched_head; /* the remote's HEAD when it was fetched; or null */
	vv_host_refs refs;
	vv_host *host;  /* of the remote: NULL until it is needed */
	vv_host *kept;  /* of the store; NULL: none, or not yet */
	vv_host *above; /* of [store] upstream, tried last; NULL: none, or not yet */
	vv_host *keeps; /* one of the first two, which keeps the blocks; NULL until that is known */
	bool beside;    /* the ref keeps blocks, too: those from before there was a store */
	bool above_asked;
	bool fresh;     /* its state is up to date */
	bool rewritten; /* the ref was overwritten since the last visit, not reported yet */
	bool reading;   /* only reads */
	vv_fetched fetched;
	vv_error
		why; /* why the place of blocks is unreachable: tried only once; code VV_OK: no error */
	char *untrusted; /* the URL of a store that .varveconfig names; NULL: none */
};

static vv_git_call call(const vv_git_host *g, const char *const *args)
{
	return (vv_git_call){
		.args = args,
		.repo = g->t->repo,
		.env = g->t->connect.env,
		.idle_sec = g->folder ? vv_files_sec(&g->t->connect) : g->t->git_idle_sec,
		.first_sec = vv_first_sec(&g->t->connect),
		.files = g->folder != NULL,
		.url = g->url,
		.remote = g->named ? g->m->name : NULL,
		.dir = g->m->name && g->t->repo ? vv_repository_workdir(g->t->repo) : NULL};
}

/* git's words about a published folder of this machine show its files, not what helps. */
static vv_status explain(const vv_git_host *g, vv_status rc, vv_error *err)
{
	if (rc == VV_OK || !g->folder || strstr(g->store.url, "://")) return rc;
	return vv_hint_set(err, VV_HINT_FOLDER_DAMAGED, g->store.url, NULL, NULL);
}

vv_status vv_git_host_open(vv_git_host **out, vv_transfer *t, const vv_remote *m,
			   vv_remote_folder *take_folder, bool write, vv_error *err)
{
	vv_auto(vv_remote_folder) *folder = take_folder;
	vv_auto(vv_git_host) *g = vv_calloc(1, sizeof(*g));

	*out = NULL;
	if (!g) return vv_fail_nomem(err);
	*g = (vv_git_host){
		.folder = vv_take(&folder),
		.t = t,
		.m = m,
		.write = write,
		.url = write && m->push_url ? m->push_url : m->url,
	};
	g->named = m->name && g->url == m->url && !g->folder;
	if (g->folder) {
		g->url = g->folder->history;
		g->store = (vv_data_store){.url = vv_strdup(g->folder->url), .trusted = true};
		g->chosen = true;
		if (!g->store.url) return vv_fail_nomem(err);
	}
	vv_auto(vv_buf) word = VV_BUF_INIT;
	if (g->named) {
		vv_buf_puts(&word, m->name);
	} else {
		vv_text_put_bare_url(&word, g->url);
	}
	if (!(g->word = vv_buf_detach(&word))) return vv_fail_nomem(err);
	const vv_git_call ask = call(g, NULL);
	vv_status rc = t->unasked
			       ? VV_OK
			       : vv_host_refs_read(&g->refs, &ask, g->url, g->word, g->folder, err);
	if (rc < 0) return explain(g, rc, err);
	vv_fetched_init(&g->fetched, t, &ask, g->word, &g->refs.hello, g->folder);
	return vv_hand_over(out, &g);
}

bool vv_git_host_has_blocks_head(const vv_git_host *g)
{
	return g->refs.blocks_head;
}

const vv_hello *vv_git_host_hello(const vv_git_host *g)
{
	return &g->refs.hello;
}

const char *vv_git_host_kind(const vv_git_host *g)
{
	return g->folder ? "folder" : "git";
}

const char *vv_git_host_blocks_place(const vv_git_host *g)
{
	if (g->store.url) return g->store.url;
	if (g->peers.urls.count > 0) return g->peers.urls.items[0];
	return g->blocks_ref ? g->blocks_ref : VV_HOST_REF;
}

const char *vv_git_host_blocks_url(const vv_git_host *g)
{
	return g->store.url ? g->store.url : g->url;
}

void vv_git_host_close(vv_git_host *g)
{
	if (g) {
		vv_fetched_clear(&g->fetched);
		vv_host_close(g->above);
		vv_host_close(g->kept);
		vv_host_close(g->host);
		vv_remote_folder_close(g->folder);
		vv_block_peers_clear(&g->peers);
		vv_blocks_config_clear(&g->config);
		vv_host_refs_clear(&g->refs);
		vv_data_store_clear(&g->store);
		vv_free_all(g->blocks_ref, g->untrusted, g->word);
		if (g->own) {
			vv_remote_clear(g->own);
			vv_free(g->own);
		}
		vv_free(g);
	}
}

/* --- blocks ----------------------------------------------------------------------------------- */

/* Locks it. */
static vv_status open_host(vv_git_host *g, vv_error *err)
{
	const vv_host_options o = {.repo = g->t->repo,
				   .idle_sec = g->t->git_idle_sec,
				   .url = g->folder ? g->url : g->m->url,
				   .push_url = g->m->push_url,
				   .remote = g->m->name,
				   .progress = g->t->progress,
				   .notes = g->t->notes};

	return g->host ? VV_OK : vv_host_open(&g->host, &o, err);
}

/* The remote's HEAD, if a peer sent that commit; else null. */
static vv_oid brought_head(const vv_git_host *g)
{
	const vv_hello *h = &g->refs.hello;
	vv_oid commit = {{0}};

	for (size_t i = 0; h->head && i < h->ref_count; i++) {
		bool known = false;

		if (strcmp(h->refs[i].name, h->head) == 0 &&
		    vv_commits_known(g->t->repo, &h->refs[i].peeled, 1, &known, VV_IGNORED) ==
			    VV_OK &&
		    known) {
			commit = h->refs[i].peeled;
		}
	}
	return commit;
}

/* The commit whose .varveconfig applies: HEAD, or, for reading others' pushes, the remote's HEAD if it is stored here. */
static vv_oid config_commit(const vv_git_host *g)
{
	const vv_oid theirs = vv_oid_is_null(&g->fetched_head) ? brought_head(g) : g->fetched_head;
	vv_auto(vv_head) head = {0};

	return (g->write || vv_oid_is_null(&theirs)) &&
			       vv_head_read(g->t->repo, &head, VV_IGNORED) == VV_OK &&
			       !vv_oid_is_null(&head.commit)
		       ? head.commit
		       : theirs;
}

/* Reads .varveconfig there. */
static vv_status need_config(vv_git_host *g, vv_error *err)
{
	const vv_oid commit = config_commit(g);

	if (g->config_read && vv_oid_equal(&commit, &g->config_of)) return VV_OK;
	vv_blocks_config_clear(&g->config);
	const vv_status rc = vv_blocks_config_read(&g->config, g->t->repo, &commit, err);
	g->config_read = rc == VV_OK;
	g->config_of = commit;
	g->peers_listed = false;
	return rc;
}

/* Chooses the ref: from .varveconfig; else the existing one. Locks it. */
static vv_status choose_ref(vv_git_host *g, vv_error *err)
{
	vv_status rc;

	if ((rc = open_host(g, err)) < 0 || (rc = need_config(g, err)) < 0) return rc;
	const char *ref = g->config.ref ? g->config.ref
			  : vv_oid_is_null(&g->refs.usual_tip) &&
					  !vv_oid_is_null(&g->refs.branch_tip)
				  ? VV_HOST_BRANCH
				  : VV_HOST_REF;
	vv_free(g->blocks_ref);
	if (!(g->blocks_ref = vv_strdup(ref))) return vv_fail_nomem(err);
	if (strcmp(g->blocks_ref, VV_HOST_REF) == 0) {
		g->blocks_tip = g->refs.usual_tip;
	} else if (strcmp(g->blocks_ref, VV_HOST_BRANCH) == 0) {
		g->blocks_tip = g->refs.branch_tip;
	} else {
		rc = vv_host_ask_tip(g->host, g->blocks_ref, &g->blocks_tip, err);
	}
	return rc;
}

static vv_status is_store_named(vv_git_host *g, bool *out, vv_error *err)
{
	const vv_status rc = g->chosen ? VV_OK : need_config(g, err);

	*out = g->chosen ? g->store.url != NULL
			 : rc == VV_OK && vv_data_store_is_named(g->m, &g->config);
	return rc;
}

vv_status vv_git_host_choose(vv_git_host *g, const char *name, const char *url, vv_error *err)
{
	vv_status rc = VV_OK;

	vv_data_store_clear(&g->store);
	g->chosen = true;
	if (!url) return VV_OK;
	if (!(g->store.name = vv_strdup(name)) || !(g->store.url = vv_strdup(url))) {
		return vv_fail_nomem(err);
	}
	rc = vv_data_store_may(g->t, name, url, err);
	g->store.trusted = rc == VV_OK;
	return rc;
}

/* Lists the block peers to read from: notes untrusted ones once. */
static vv_status list_peers(vv_git_host *g, vv_error *err)
{
	vv_status rc = need_config(g, err);

	if (rc < 0 || g->peers_listed) return rc;
	vv_block_peers_clear(&g->peers);
	rc = vv_block_peers_list(&g->peers, g->t, g->m, &g->config, false, err);
	g->peers_listed = rc == VV_OK;
	return rc;
}

/* A URL of a web server may be that of a store's files: their mark is requested before it is treated as a peer. */
static vv_status choose_static(vv_git_host *g, vv_error *err)
{
	vv_string_list *urls = &g->peers.urls;
	vv_error why;
	vv_status rc = list_peers(g, err);

	for (size_t i = 0; rc == VV_OK && i < urls->count && !g->kept; i++) {
		const vv_data_store s = {.url = urls->items[i], .trusted = true};

		if (strncmp(s.url, "http://", 7) != 0 && strncmp(s.url, "https://", 8) != 0) {
			continue;
		}
		if (vv_data_store_host(&g->kept, &s, g->t, false, NULL, &why) == VV_OK) {
			g->store = s;
			g->keeps = g->kept;
			memmove(&urls->items[i], &urls->items[i + 1],
				(--urls->count - i) * sizeof(urls->items[0]));
			continue;
		}
		if (why.code == VV_ENOMEM || why.code == VV_ECANCELLED) {
			*err = why;
			rc = why.code;
		}
	}
	return rc;
}

/* Where blocks go or come from, if that is a store. */
static vv_status choose_store(vv_git_host *g, vv_error *err)
{
	vv_status rc = VV_OK;

	if (g->kept) {
		g->keeps = g->kept;
		return VV_OK;
	}
	if (!g->chosen && (rc = need_config(g, err)) == VV_OK) {
		vv_data_store_clear(&g->store);
		rc = vv_data_store_find(&g->store, g->t, g->m, &g->config, g->write, err);
	}
	if (rc == VV_OK && !g->store.url && !g->chosen && !g->write) return choose_static(g, err);
	if (rc < 0 || !g->store.url) return rc;
	if (g->store.trusted) {
		rc = vv_data_store_host(&g->kept, &g->store, g->t, g->mending,
					g->folder ? &g->folder->place : NULL, err);
		g->keeps = rc < 0 ? NULL : g->kept;
		return rc;
	}
	if (g->write) return vv_data_store_refuse(g->store.name, err);
	vv_free(g->untrusted);
	g->untrusted = g->store.url;
	g->store.url = NULL;
	vv_data_store_clear(&g->store);
	return VV_OK;
}

typedef struct losing {
	vv_host *host;
	vv_store *store;
	vv_host_lost *out;
} losing;

static vv_status see_root(void *payload, const vv_new_root *n, vv_error *err)
{
	losing *l = payload;
	vv_status rc = n->link ? VV_OK : vv_host_look(l->host, &n->root, 1, err);

	if (!n->link && rc == VV_OK && !vv_host_has(l->host, &n->root)) {
		l->out->versions++;
		l->out->here += vv_store_has(l->store, &n->root);
	}
	return rc;
}

/* Those of them that its blocks do not have. */
static vv_status look_for_lost(vv_git_host *g, vv_host_lost *out, vv_error *err)
{
	losing l = {.host = g->keeps, .out = out};
	bool none = false;
	vv_status rc = vv_repository_store(g->t->repo, &l.store, err);

	memset(out, 0, sizeof(*out));
	if (rc == VV_OK) {
		rc = vv_host_refs_no_roots(&g->refs, g->t->repo, &none, err);
	}
	return rc < 0 || none ? rc
			      : vv_hello_each_root(&g->refs.hello, g->t->repo, see_root, &l, err);
}

static vv_status note_reached(void *payload, const vv_new_root *n, vv_error *err)
{
	return n->link ? VV_OK : vv_cid_map_put(payload, &n->root, 0, NULL, err);
}

/* A changed ref is reported only if blocks are lost: another push may have restored all. */
static vv_status tell_change(vv_git_host *g, vv_host_change change, vv_error *err)
{
	const bool absent = g->reading && vv_oid_is_null(&g->blocks_tip);
	vv_host_lost lost;
	vv_status rc;

	if (change == VV_HOST_AS_EXPECTED && (!absent || g->untrusted)) return VV_OK;
	if ((rc = look_for_lost(g, &lost, err)) < 0 || lost.versions == 0) return rc;
	const char *shown = vv_text_url(g->url), *ref = vv_text_shows(g->blocks_ref);
	if (change == VV_HOST_REWRITTEN) {
		g->rewritten = false;
		vv_notes_warn(g->t->notes, "%s has lost its blocks: it was overwritten on %s", ref,
			      shown);
	} else if (change == VV_HOST_GONE) {
		vv_notes_warn(g->t->notes, "%s is no longer there: it was deleted from %s", ref,
			      shown);
	} else {
		vv_notes_warn(
			g->t->notes, "%s is missing on %s, where the blocks of %s should be", ref,
			shown,
			vv_text_counted(lost.versions, "version of a table", "versions of tables"));
	}
	vv_notes_hint(g->t->notes, lost.here > 0 ? VV_HINT_PUSH_BLOCKS : VV_HINT_BLOCKS_ASK);
	return VV_OK;
}

static vv_status find_keeper(vv_git_host *g, vv_error *err)
{
	vv_host_change change;
	vv_status rc;

	if ((rc = choose_store(g, err)) < 0 || g->keeps) {
		g->fresh = rc == VV_OK;
		return rc;
	}
	if ((rc = choose_ref(g, err)) < 0) return rc;
	if (g->mending) {
		vv_host_mend(g->host);
	}
	if ((rc = vv_host_refresh(g->host, g->blocks_ref, &g->blocks_tip, &change, err)) < 0) {
		return rc;
	}
	g->fresh = true;
	g->keeps = g->host;
	g->rewritten = change == VV_HOST_REWRITTEN;
	return tell_change(g, change, err);
}

/* One that does not answer has all the time that it was promised, once. */
static vv_status need_host(vv_git_host *g, vv_error *err)
{
	if (g->fresh) return VV_OK;
	if (g->why.code < 0) {
		*err = g->why;
		return g->why.code;
	}
	const vv_status rc = find_keeper(g, err);
	if (rc < 0 && rc != VV_ENOMEM && rc != VV_ECANCELLED) {
		g->why = *err;
	}
	return rc;
}

const char *vv_git_host_untrusted(const vv_git_host *g)
{
	return g->untrusted;
}

vv_status vv_git_host_promises(vv_git_host *g, vv_cid_map **out, vv_error *err)
{
	vv_status rc = need_host(g, err);

	*out = NULL;
	if (rc < 0 || g->keeps == g->host || g->chosen) return rc;
	if (!(*out = vv_cid_map_new())) return vv_fail_nomem(err);
	return vv_hello_each_root(&g->refs.hello, g->t->repo, note_reached, *out, err);
}

vv_status vv_git_host_has_blocks(vv_git_host *g, bool *out, vv_error *err)
{
	vv_status rc;

	/* a store all read, also where a peer is sent its blocks itself */
	if ((rc = is_store_named(g, out, err)) < 0 || *out || (rc = need_config(g, err)) < 0 ||
	    (!g->config.ref && vv_oid_is_null(&g->refs.usual_tip) &&
	     vv_oid_is_null(&g->refs.branch_tip))) {
		return rc;
	}
	rc = choose_ref(g, err);
	*out = rc == VV_OK && !vv_oid_is_null(&g->blocks_tip);
	return rc;
}

vv_status vv_git_host_wants_branch_first(vv_git_host *g, bool *out, vv_error *err)
{
	*out = false;
	if (g->refs.hello.ref_count > 0 || !vv_oid_is_null(&g->refs.branch_tip)) return VV_OK;
	return vv_git_host_uses_branch(g, out, err);
}

vv_status vv_git_host_uses_branch(vv_git_host *g, bool *out, vv_error *err)
{
	bool stored;
	vv_status rc;

	*out = false;
	if ((rc = is_store_named(g, &stored, err)) < 0 || stored || (rc = choose_ref(g, err)) < 0) {
		return rc;
	}
	*out = strncmp(g->blocks_ref, "refs/heads/", 11) == 0;
	return VV_OK;
}

/* Are its blocks to be elsewhere, in block peers? */
static vv_status keeps_none(vv_git_host *g, bool *out, vv_error *err)
{
	bool stored;
	vv_status rc = is_store_named(g, &stored, err);

	*out = false;
	if (rc < 0 || stored || g->chosen) return rc;
	*out = g->m->blocks_urls.count > 0 || g->config.urls.count > 0;
	if (*out && !g->write && (rc = choose_store(g, err)) == VV_OK) {
		*out = !g->kept;
	}
	return rc;
}

void vv_git_host_reading(vv_git_host *g)
{
	g->reading = true;
}

static vv_status watch(vv_git_host *g, vv_error *err)
{
	bool none, stored;
	vv_status rc;

	if (g->fresh) return VV_OK;
	if ((rc = keeps_none(g, &none, err)) < 0 || none ||
	    (rc = is_store_named(g, &stored, err)) < 0 || stored) {
		return rc;
	}
	if ((rc = choose_ref(g, err)) < 0) return rc;
	return vv_host_was_at(g->host, g->blocks_ref, &g->blocks_tip) ? VV_OK : need_host(g, err);
}

vv_status vv_git_host_watch(vv_git_host *g, vv_error *err)
{
	vv_error why;
	vv_status rc = watch(g, &why);

	if (rc == VV_ENOMEM) return vv_fail_nomem(err);
	if (rc < 0) {
		vv_notes_warn(g->t->notes, "%s", why.message);
	}
	return VV_OK;
}

/* *none: block peers have the blocks. Determined once: reading the settings takes another
 * process. */
static vv_status need_keeper(vv_git_host *g, bool *none, vv_error *err)
{
	vv_status rc = VV_OK;

	*none = false;
	if (!g->fresh && (rc = keeps_none(g, none, err)) == VV_OK && !*none) {
		rc = need_host(g, err);
	}
	return rc;
}

static void tell_rewritten(vv_git_host *g)
{
	if (g->rewritten) {
		g->rewritten = false;
		vv_notes_warn(g->t->notes, "%s on %s was overwritten since it was seen last",
			      vv_text_shows(g->blocks_ref), vv_text_url(g->url));
	}
}

vv_status vv_git_host_keeps_each(vv_git_host *g, const vv_cid *roots, size_t count,
				 uint64_t fetch_bytes, vv_host_keeps *out, vv_error *err)
{
	bool none;
	vv_status rc = need_keeper(g, &none, err);

	for (size_t i = 0; i < count; i++) {
		out[i] = (vv_host_keeps){.whole = false};
	}
	if (rc < 0 || none) return rc;
	tell_rewritten(g);
	return vv_host_keeps_each(g->keeps, roots, count, fetch_bytes, out, err);
}

vv_status vv_git_host_lost(vv_git_host *g, vv_host_lost *out, vv_error *err)
{
	vv_auto(vv_cids) roots = {0};
	vv_auto_free vv_host_keeps *keeps = NULL;
	vv_store *store;
	bool none;
	vv_status rc = need_keeper(g, &none, err);

	memset(out, 0, sizeof(*out));
	if (rc < 0 || none || (rc = vv_repository_store(g->t->repo, &store, err)) < 0 ||
	    (rc = vv_hello_roots(&roots, &g->refs.hello, g->t->repo, err)) < 0) {
		return rc;
	}
	if (!(keeps = vv_calloc(roots.count + 1, sizeof(*keeps)))) return vv_fail_nomem(err);
	rc = vv_host_keeps_each(g->keeps, roots.items, roots.count, VV_KEEPS_FETCH_BYTES, keeps,
				err);
	for (size_t i = 0; rc == VV_OK && i < roots.count; i++) {
		if (!keeps[i].whole) {
			out->versions++;
			out->here += vv_store_has(store, &roots.items[i]);
			if (!*out->lacks) {
				memcpy(out->lacks, keeps[i].lacks, sizeof(out->lacks));
			}
		}
	}
	return rc;
}

vv_status vv_git_host_has(vv_git_host *g, const vv_cid *cid, bool *out, vv_error *err)
{
	bool none;
	vv_status rc = need_keeper(g, &none, err);

	*out = false;
	if (rc < 0 || none) return rc;
	if ((rc = vv_host_look(g->keeps, cid, 1, err)) == VV_OK) {
		*out = vv_host_has(g->keeps, cid);
	}
	return rc;
}

vv_status vv_git_host_show(vv_git_host *g, const vv_cid *cids, size_t count, vv_host_shown_fn fn,
			   void *payload, vv_error *err)
{
	vv_status rc = need_host(g, err);

	if (rc < 0) return rc;
	tell_rewritten(g);
	return vv_host_show(g->keeps, cids, count, fn, payload, err);
}

vv_status vv_git_host_verify(vv_git_host *g, vv_host_verifying *v, vv_error *err)
{
	bool none;
	vv_status rc = keeps_none(g, &none, err);

	v->bad_packs = v->lost = 0;
	if (rc < 0 || none || (rc = need_host(g, err)) < 0) return rc;
	return vv_host_verify(g->keeps, v, err);
}

/* Blocks that the store lacks may still be in the ref, which had them before. */
static vv_status need_beside(vv_git_host *g, vv_error *err)
{
	vv_host_change ignored;
	vv_status rc;

	if (g->beside || g->keeps != g->kept ||
	    (vv_oid_is_null(&g->refs.usual_tip) && vv_oid_is_null(&g->refs.branch_tip))) {
		return VV_OK;
	}
	if ((rc = choose_ref(g, err)) < 0) return rc;
	rc = vv_host_refresh(g->host, g->blocks_ref, &g->blocks_tip, &ignored, err);
	g->beside = rc == VV_OK;
	return rc;
}

/* And what neither has, in the store of the repository above. */
static vv_status need_above(vv_git_host *g, vv_error *err)
{
	vv_auto(vv_data_store) s = {0};
	vv_status rc;

	if (g->above_asked) return VV_OK;
	g->above_asked = true;
	if ((rc = need_config(g, err)) < 0 ||
	    (rc = vv_data_store_upstream(&s, g->t, g->m, &g->config, err)) < 0) {
		return rc;
	}
	if (s.url && s.trusted && (!g->store.url || strcmp(s.url, g->store.url) != 0)) {
		rc = vv_data_store_host(&g->above, &s, g->t, false, NULL, err);
	}
	return rc;
}

/* Moves those that h does not list to the front; returns their number. */
static size_t leave_absent(const vv_host *h, vv_cid *cids, size_t count)
{
	size_t left = 0;

	for (size_t i = 0; i < count; i++) {
		if (!vv_host_has(h, &cids[i])) {
			cids[left++] = cids[i];
		}
	}
	return left;
}

/* Gets the packs of these, from wherever they are. */
static vv_status prefetch(vv_git_host *g, const vv_cid *cids, size_t count, vv_error *err)
{
	vv_auto_free vv_cid *rest = vv_calloc(count + 1, sizeof(*rest));
	size_t left = 0;
	vv_status rc = rest ? vv_host_prefetch(g->keeps, cids, count, err) : vv_fail_nomem(err);

	if (rc == VV_OK && count > 0) {
		memcpy(rest, cids, count * sizeof(*rest));
		left = leave_absent(g->keeps, rest, count);
	}
	if (left > 0 && (rc = need_beside(g, err)) == VV_OK && g->beside) {
		rc = vv_host_prefetch(g->host, rest, left, err);
		left = rc < 0 ? 0 : leave_absent(g->host, rest, left);
	}
	if (rc == VV_OK && left > 0 && (rc = need_above(g, err)) == VV_OK && g->above) {
		rc = vv_host_prefetch(g->above, rest, left, err);
	}
	return rc;
}

static vv_status get_block(vv_git_host *g, vv_block_received *b, vv_buf *bytes, vv_buf *stored,
			   vv_error *err)
{
	vv_host *const others[] = {g->beside ? g->host : NULL, g->above};
	vv_status rc = vv_host_get(g->keeps, &b->cid, bytes, stored, &b->form, err);

	for (size_t i = 0; rc < 0 && i < 2; i++) {
		if (others[i]) {
			rc = vv_host_get(others[i], &b->cid, bytes, stored, &b->form, VV_IGNORED);
		}
	}
	b->as_stored = true;
	b->bytes = vv_buf_cstr(bytes);
	b->len = bytes->len;
	return rc;
}

static vv_status give(vv_git_host *g, const vv_lacking *wants, size_t count, vv_peer_block_fn fn,
		      void *payload, vv_error *err)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT, stored = VV_BUF_INIT;
	vv_status rc;

	for (size_t i = 0; i < count; i++) {
		vv_block_received b = {.cid = wants[i].cid, .base = wants[i].like};
		vv_status got = get_block(g, &b, &bytes, &stored, VV_IGNORED);

		/* damaged, too: another source may have it */
		if ((rc = got == VV_ENOMEM ? vv_fail_nomem(err)
					   : fn(payload, i, got < 0 ? NULL : &b, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

static vv_status source(void *payload, const vv_lacking *wants, size_t count, vv_peer_block_fn fn,
			void *fn_payload, vv_error *err)
{
	vv_git_host *g = payload;
	vv_auto_free vv_cid *cids = vv_calloc(count + 1, sizeof(*cids));
	vv_status rc;

	if (!cids) return vv_fail_nomem(err);
	for (size_t i = 0; i < count; i++) {
		cids[i] = wants[i].cid;
	}
	if ((rc = need_host(g, err)) == VV_OK && (rc = prefetch(g, cids, count, err)) == VV_OK) {
		rc = give(g, wants, count, fn, fn_payload, err);
	}
	return rc;
}

static vv_status give_some(vv_git_host *g, const vv_cid *cids, size_t count, vv_peer_block_fn fn,
			   void *payload, vv_error *err)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_error why;
	vv_status rc = count > 1 ? vv_host_bring(g->kept, cids, count, err) : VV_OK;

	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		const vv_status got = count > 1
					      ? vv_host_get(g->kept, &cids[i], &bytes, NULL, NULL,
							    &why)
					      : vv_host_get_alone(g->kept, &cids[i], &bytes, &why);
		const vv_block_received b = {
			.cid = cids[i], .bytes = vv_buf_cstr(&bytes), .len = bytes.len};

		if (got < 0 && got != VV_ENOTFOUND && got != VV_EMISSING && got != VV_ECORRUPT) {
			return vv_error_copy(err, &why);
		}
		rc = fn(payload, i, got < 0 ? NULL : &b, err);
	}
	return rc;
}

vv_status vv_git_host_some(vv_git_host *g, const vv_cid *cids, size_t count, vv_peer_block_fn fn,
			   void *payload, vv_error *err)
{
	const vv_status rc = need_host(g, err);

	return rc < 0 ? rc
	       : g->keeps == g->kept
		       ? give_some(g, cids, count, fn, payload, err)
		       : vv_fail(err, VV_ENOSUPPORT, "the host does not serve single blocks");
}

void vv_git_host_supplier(vv_git_host *g, vv_supplier *out)
{
	*out = (vv_supplier){.name = g->url, .source = source, .payload = g};
}

vv_git_host *vv_git_host_of(const vv_supplier *s)
{
	return s->source == source ? s->payload : NULL;
}

void vv_git_host_take_remote(vv_git_host *g, vv_remote *take_m)
{
	g->own = take_m;
}

/* Roots of versions that are not in a store. */
typedef struct absent {
	vv_store *store;
	vv_cids roots;
} absent;

static vv_status add_absent(void *payload, const vv_new_root *n, vv_error *err)
{
	absent *a = payload;

	return n->link || vv_store_has(a->store, &n->root) ? VV_OK
							   : vv_cids_add(&a->roots, &n->root, err);
}

vv_status vv_git_host_expect(vv_git_host *g, const vv_oids *ids, const vv_oids *haves,
			     vv_error *err)
{
	absent a = {0};
	vv_status rc;

	if ((rc = need_host(g, err)) < 0 ||
	    (rc = vv_repository_store(g->t->repo, &a.store, err)) < 0) {
		return rc;
	}
	if ((rc = vv_new_roots_each(g->t->repo, ids->items, ids->count, haves->items, haves->count,
				    add_absent, &a, err)) == VV_OK) {
		rc = prefetch(g, a.roots.items, a.roots.count, err);
	}
	vv_cids_clear(&a.roots);
	return rc;
}

void vv_git_host_tell_damage(const vv_git_host *g)
{
	vv_host_sum sum = {0};

	if (g->keeps) {
		vv_host_came(g->keeps, &sum);
	}
	if (sum.damaged > 0) {
		vv_notes_warn(g->t->notes, "packs in %s of %s are damaged or missing",
			      vv_text_url(vv_git_host_blocks_place(g)), vv_text_url(g->url));
		if (g->folder) {
			vv_notes_hint(g->t->notes, VV_HINT_FOLDER_DAMAGED, g->store.url);
		} else {
			vv_notes_hint(g->t->notes, VV_HINT_PUSH_BLOCKS);
		}
	}
}

uint64_t vv_git_host_bytes(const vv_git_host *g)
{
	vv_host_sum sum = {0};

	if (g->keeps) {
		vv_host_came(g->keeps, &sum);
	}
	return sum.bytes;
}

vv_status vv_git_host_peers(vv_git_host *g, const vv_block_peers **out, vv_error *err)
{
	bool stored;
	vv_status rc = is_store_named(g, &stored, err);

	*out = &g->peers;
	if (rc < 0) return rc;
	return g->write || g->kept || stored ? list_peers(g, err) : choose_static(g, err);
}

static vv_status send_from_here(vv_git_host *g, const vv_git_sending *what, vv_host_sum *out,
				vv_error *err)
{
	vv_auto_free vv_oid *ids = vv_calloc(what->count + 1, sizeof(*ids));
	vv_auto_free vv_oid *there = vv_calloc(g->refs.hello.ref_count + 1, sizeof(*there));
	g->mending = what->verify;
	vv_status rc = ids && there ? need_host(g, err) : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < what->count; i++) {
		ids[i] = what->refs[i].id;
	}
	for (size_t i = 0; rc == VV_OK && i < g->refs.hello.ref_count; i++) {
		there[i] = g->refs.hello.refs[i].peeled;
	}
	const vv_host_sending to_host = {.wants = ids,
					 .want_count = what->count,
					 .there = there,
					 .there_count = g->refs.hello.ref_count,
					 .dry_run = what->dry_run,
					 .complete = what->complete,
					 .verify = what->verify};
	if (rc == VV_OK && (rc = vv_edited_pointers_warn(g->t->repo, ids, what->count, there,
							 g->refs.hello.ref_count, err)) == VV_OK) {
		rc = vv_host_send(g->keeps, &to_host, out, err);
	}
	return rc;
}

vv_status vv_git_host_send(vv_git_host *g, const vv_git_sending *what, vv_host_sum *out,
			   vv_error *err)
{
	bool stored;
	vv_status rc = is_store_named(g, &stored, err);

	memset(out, 0, sizeof(*out));
	vv_block_peers_clear(&g->peers);
	g->peers_listed = false;
	if (rc < 0 ||
	    (!stored && !g->chosen &&
	     (rc = vv_block_peers_list(&g->peers, g->t, g->m, &g->config, true, err)) < 0)) {
		return rc;
	}
	return g->peers.named ? vv_block_peers_send(&g->peers, g->t, what->refs, what->count,
						    what->dry_run, out, err)
			      : send_from_here(g, what, out, err);
}

/* --- history ------------------------------------------------------------------------------------ */

vv_status vv_git_host_tidy(vv_git_host *g, vv_error *err)
{
	vv_status rc;

	if (!vv_fetched_is_left(&g->fetched)) return VV_OK;
	if ((rc = open_host(g, err)) < 0) return rc; /* whose lock keeps others out of the folder */
	vv_fetched_tidy(&g->fetched);
	return VV_OK;
}

vv_status vv_git_host_history(vv_git_host *g, const char *const *names, size_t count, vv_oid *ids,
			      vv_error *err)
{
	const char *head = g->refs.hello.head;
	vv_status rc;

	if ((rc = open_host(g, err)) < 0) return rc; /* likewise */
	if ((rc = vv_fetched_get(&g->fetched, names, count, ids, err)) < 0) {
		return explain(g, rc, err);
	}
	for (size_t i = 0; head && i < count; i++) {
		if (strcmp(names[i], head) == 0) {
			g->fetched_head = ids[i];
		}
	}
	return VV_OK;
}

vv_status vv_git_host_keeper(vv_git_host *g, vv_host **out, bool *is_store, vv_error *err)
{
	vv_status rc = vv_git_host_tidy(g, err);

	if (rc == VV_OK) {
		rc = need_host(g, err);
	}
	*out = g->keeps;
	*is_store = g->keeps != g->host;
	return rc;
}

vv_status vv_git_host_fetch_all(vv_git_host *g, vv_ref_fn fn, void *payload, vv_error *err)
{
	vv_status rc = open_host(g, err); /* likewise */

	return rc < 0 ? rc : vv_fetched_get_all(&g->fetched, fn, payload, err);
}

/* --- push ---------------------------------------------------------------------------------------- */

vv_status vv_git_host_push(vv_git_host *g, vv_git_push *refs, size_t count, bool no_verify,
			   vv_buf *said, vv_error *err)
{
	const vv_git_call to = call(g, NULL);

	vv_notes_end(g->t->notes);
	return vv_git_push_run(&to, g->word, refs, count, no_verify, said, err);
}
