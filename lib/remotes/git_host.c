/*
 * git_host: the operations of a peer, by git.
 */
#include "lib/remotes/git_host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/remotes/blocks_config.h"
#include "lib/remotes/data_store.h"
#include "lib/remotes/edited_pointers.h"
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
	vv_remote *own;            /* m, or NULL: borrowed */
	const char *url;           /* for requests */
	vv_remote_folder *folder;  /* m is published as files; NULL: it is not */
	bool named;                /* word is the remote's name */
	char *word;                /* what git is given: that, or url without its secret */
	bool write;                /* for a push */
	bool mending;              /* damage there will be repaired */
	bool reading;              /* only reads */
	vv_blocks_sources sources; /* as .varveconfig lists them */
	vv_blocks_sources others;  /* stores that only the .varveconfig of other branches names */
	vv_string_list other_names;
	bool others_listed;
	vv_blocks_config config; /* the content of .varveconfig at */
	vv_oid config_of;
	bool listed;         /* sources is that list */
	bool chosen;         /* its first was chosen: by the caller, or as a published folder */
	bool peers_asked;    /* whether they are trusted, or the files of a store */
	bool fresh;          /* one is open: the list is final */
	bool warned;         /* that a source could not be read, where others had blocks */
	bool rewritten;      /* the ref was overwritten since the last visit, not reported yet */
	vv_oid blocks_tip;   /* of the ref of blocks; null: it is not there */
	vv_oid fetched_head; /* the remote's HEAD when it was fetched; or null */
	vv_host_refs refs;
	vv_host *host; /* of the remote: NULL until it is needed */
	vv_fetched fetched;
};

static vv_git_call host_call(const vv_git_host *g, const char *const *args)
{
	vv_git_call c = {.args = args,
			 .repo = g->t->repo,
			 .env = g->t->connect.env,
			 .idle_sec = g->folder ? vv_files_sec(&g->t->connect) : g->t->git_idle_sec,
			 .first_sec = vv_first_sec(&g->t->connect),
			 .files = g->folder != NULL,
			 .url = g->url,
			 .exact = g->m->exact};

	if (g->named) {
		c.remote = g->m->name;
	}
	if (g->m->name && g->t->repo) {
		c.dir = vv_repository_workdir(g->t->repo);
	}
	return c;
}

/* git's words about a published folder of this machine show its files, not what helps. */
static vv_status explain_failure(const vv_git_host *g, vv_status rc, vv_error *err)
{
	if (rc == VV_OK || !g->folder || strstr(g->folder->url, "://")) return rc;
	return vv_hint_set(err, VV_HINT_FOLDER_DAMAGED, g->folder->url, NULL, NULL);
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
	g->named = m->name && !m->exact && g->url == m->url && !g->folder;
	if (g->folder) {
		g->url = g->folder->history;
		g->chosen = true;
		if (vv_blocks_sources_add(&g->sources, VV_FROM_STORE, NULL, g->folder->url, true,
					  err) < 0) {
			return err->code;
		}
	}
	vv_auto(vv_buf) word = VV_BUF_INIT;
	if (g->named) {
		vv_buf_puts(&word, m->name);
	} else {
		vv_text_put_bare_url(&word, g->url);
	}
	if (!(g->word = vv_buf_detach(&word))) return vv_fail_nomem(err);
	const vv_git_call ask = host_call(g, NULL);
	vv_status rc = t->unasked
			       ? VV_OK
			       : vv_host_refs_read(&g->refs, &ask, g->url, g->word, g->folder, err);
	if (rc < 0) return explain_failure(g, rc, err);
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
	return g->sources.count > 0 ? g->sources.items[0].url : VV_HOST_REF;
}

const char *vv_git_host_blocks_url(const vv_git_host *g)
{
	const vv_blocks_source *first = g->sources.items;

	return first && first->kind == VV_FROM_STORE && first->host ? first->url : g->url;
}

void vv_git_host_close(vv_git_host *g)
{
	if (g) {
		vv_fetched_clear(&g->fetched);
		vv_blocks_sources_clear(&g->sources);
		vv_blocks_sources_clear(&g->others);
		vv_string_list_clear(&g->other_names);
		vv_host_close(g->host);
		vv_remote_folder_close(g->folder);
		vv_blocks_config_clear(&g->config);
		vv_host_refs_clear(&g->refs);
		vv_free(g->word);
		if (g->own) {
			vv_remote_clear(g->own);
			vv_free(g->own);
		}
		vv_free(g);
	}
}

void vv_git_host_let_go(vv_git_host *g)
{
	vv_array_each(g->sources.items, g->sources.count, it) {
		if (it->kind == VV_FROM_STORE) {
			vv_host_close(vv_take(&it->host));
		}
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
				   .exact = g->m->exact,
				   .remote = g->m->name,
				   .progress = g->t->progress,
				   .notes = g->t->notes};

	return g->host ? VV_OK : vv_host_open(&g->host, &o, err);
}

/* The remote's HEAD, if a peer sent that commit; else null. */
static vv_oid brought_head(const vv_git_host *g)
{
	const vv_hello *h = &g->refs.hello;
	const vv_remote_ref *head = vv_array_find(h->refs, h->head ? h->ref_count : 0, it,
						  strcmp(it->name, h->head) == 0);
	bool known = false;

	return head &&
			       vv_commits_known(g->t->repo, &head->peeled, 1, &known, VV_IGNORED) ==
				       VV_OK &&
			       known
		       ? head->peeled
		       : (vv_oid){{0}};
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

/* Lists them as .varveconfig has them. */
static vv_status list_sources(vv_git_host *g, vv_error *err)
{
	const vv_host_refs *x = &g->refs;
	const bool usual = !vv_oid_is_null(&x->usual_tip), branch = !vv_oid_is_null(&x->branch_tip);
	const vv_oid commit = g->fresh ? g->config_of : config_commit(g);

	if (g->listed && vv_oid_equal(&commit, &g->config_of)) return VV_OK;
	if (!g->chosen) {
		vv_blocks_sources_clear(&g->sources);
	}
	vv_blocks_config_clear(&g->config);
	g->listed = false;
	g->config_of = commit;
	vv_status rc = vv_blocks_config_read(&g->config, g->t->repo, &commit, err);
	if (vv_error_excuse(rc, g->folder != NULL, err) < 0) return rc;
	const char *ref = VV_HOST_REF;

	if (g->config.ref) {
		ref = g->config.ref;
	} else if (branch && !usual) {
		ref = VV_HOST_BRANCH;
	}
	rc = vv_blocks_sources_list(&g->sources, g->t->repo, g->chosen ? NULL : g->m, &g->config,
				    usual || branch || g->config.ref ? ref : NULL, g->write, err);
	g->listed = rc == VV_OK;
	g->peers_asked = false;
	return rc;
}

/* Is a store before all others? */
static bool is_store_first(const vv_git_host *g)
{
	return g->sources.items[0].kind == VV_FROM_STORE;
}

static vv_blocks_source *find_ref(vv_git_host *g)
{
	return vv_array_find(g->sources.items, g->sources.count, it, it->kind == VV_FROM_REF);
}

/* The tip of the ref, which was read with the other refs, or is requested now. */
static vv_status find_tip(vv_git_host *g, const vv_blocks_source *ref, vv_error *err)
{
	if (strcmp(ref->url, VV_HOST_REF) == 0) {
		g->blocks_tip = g->refs.usual_tip;
	} else if (strcmp(ref->url, VV_HOST_BRANCH) == 0) {
		g->blocks_tip = g->refs.branch_tip;
	} else {
		const vv_status rc = open_host(g, err);
		return rc < 0 ? rc : vv_host_ask_tip(g->host, ref->url, &g->blocks_tip, err);
	}
	return VV_OK;
}

vv_status vv_git_host_choose(vv_git_host *g, const char *name, const char *url, vv_error *err)
{
	const vv_status rc = url ? vv_data_store_may(g->t, name, url, err) : VV_OK;

	vv_blocks_sources_clear(&g->sources);
	g->listed = false;
	g->chosen = true;
	return rc < 0 || !url
		       ? rc
		       : vv_blocks_sources_add(&g->sources, VV_FROM_STORE, name, url, true, err);
}

typedef struct losing {
	vv_host *host;
	vv_store *store;
	vv_host_lost *out;
} losing;

static vv_status see_root(void *payload, const vv_new_root *n, vv_error *err)
{
	losing *l = payload;
	vv_status rc;

	if (n->link || n->expired) return VV_OK;
	if ((rc = vv_host_look(l->host, &n->root, 1, err)) < 0) return rc;
	if (!vv_host_has(l->host, &n->root)) {
		l->out->versions++;
		l->out->here += vv_store_has(l->store, &n->root);
	}
	return VV_OK;
}

/* Those of them that the ref does not have. */
static vv_status look_for_lost(vv_git_host *g, vv_host_lost *out, vv_error *err)
{
	losing l = {.host = g->host, .out = out};
	bool none = false;
	vv_status rc = vv_repository_store(g->t->repo, &l.store, err);

	memset(out, 0, sizeof(*out));
	if (rc == VV_OK) {
		rc = vv_host_refs_no_roots(&g->refs, g->t->repo, &none, err);
	}
	return rc < 0 || none ? rc
			      : vv_hello_each_root(&g->refs.hello, g->t->repo, see_root, &l, err);
}

/* A changed ref is reported only if blocks are lost: another push may have restored all. */
static vv_status tell_change(vv_git_host *g, const char *name, vv_host_change change, vv_error *err)
{
	const bool absent = g->reading && vv_oid_is_null(&g->blocks_tip);
	vv_host_lost lost;
	vv_status rc;

	g->rewritten = change == VV_HOST_REWRITTEN;
	if (change == VV_HOST_AS_EXPECTED && (!absent || is_store_first(g))) return VV_OK;
	if ((rc = look_for_lost(g, &lost, err)) < 0 || lost.versions == 0) return rc;
	const char *shown = vv_text_url(g->url), *ref = vv_text_shows(name);
	if (change == VV_HOST_REWRITTEN) {
		g->rewritten = false;
		vv_notes_warn(g->t->notes, "%s has lost blocks: it was overwritten on %s", ref,
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

/* What the ref has lost matters where no store is read before it. */
static vv_status open_ref(vv_git_host *g, vv_blocks_source *s, vv_error *err)
{
	vv_host_change change;
	vv_status rc;

	if ((rc = open_host(g, err)) < 0 || (rc = find_tip(g, s, err)) < 0) return rc;
	if (g->mending) {
		vv_host_mend(g->host);
	}
	if ((rc = vv_host_refresh(g->host, s->url, &g->blocks_tip, &change, err)) < 0) return rc;
	s->host = g->host;
	return is_store_first(g) && g->sources.items[0].trusted
		       ? VV_OK
		       : tell_change(g, s->url, change, err);
}

static vv_status open_store(vv_git_host *g, vv_blocks_source *s, vv_error *err)
{
	const vv_status rc = vv_blocks_source_ask(s, g->t, g->m, err);

	if (rc < 0) return rc;
	if (s->trusted) {
		return vv_data_store_host(s, g->t, g->mending, g->folder ? &g->folder->place : NULL,
					  err);
	}
	return vv_data_store_refuse(s->name, err);
}

/* One that does not answer has all the time that it was promised, once. */
static vv_status open_source(vv_git_host *g, vv_blocks_source *s, vv_error *err)
{
	if (s->host || s->kind == VV_FROM_PEER) return VV_OK;
	if (s->why.code < 0) return vv_error_copy(err, &s->why);
	const vv_status rc = s->kind == VV_FROM_REF ? open_ref(g, s, err) : open_store(g, s, err);
	if (rc < 0 && rc != VV_ENOMEM && rc != VV_ECANCELLED) {
		s->why = *err;
	}
	g->fresh = g->fresh || rc == VV_OK;
	return rc;
}

/* A URL of a web server may be that of a store's files: their mark is requested before it is treated as a peer. */
static vv_status ask_peer(vv_git_host *g, vv_blocks_source *s, vv_error *err)
{
	vv_blocks_source *first = g->sources.items;
	vv_status rc = vv_blocks_source_ask(s, g->t, g->m, err);

	if (rc < 0 || !s->trusted || g->write || first->kind != VV_FROM_PEER ||
	    (strncmp(s->url, "http://", 7) != 0 && strncmp(s->url, "https://", 8) != 0)) {
		return rc;
	}
	if ((rc = vv_data_store_host(s, g->t, false, NULL, err)) == VV_OK) {
		s->kind = VV_FROM_STORE;
		s->mirror = g->config.push_urls.count > 0 ||
			    vv_array_find(first, g->sources.count, it, it->kind == VV_FROM_PEER);
		const vv_blocks_source store = *s;
		*s = *first;
		*first = store;
		g->fresh = true;
	}
	return vv_error_excuse(rc, rc != VV_ENOMEM && rc != VV_ECANCELLED, err);
}

/* Lists them, and block peers that are used: an untrusted one is noted once. all: also about those after a store. */
static vv_status need_sources(vv_git_host *g, bool all, vv_error *err)
{
	vv_status rc = list_sources(g, err);

	for (size_t i = 0; rc == VV_OK && !g->peers_asked && i < g->sources.count; i++) {
		vv_blocks_source *s = &g->sources.items[i];
		rc = s->kind == VV_FROM_PEER && !((g->write || !all) && is_store_first(g))
			     ? ask_peer(g, s, err)
			     : VV_OK;
	}
	g->peers_asked = g->peers_asked || (rc == VV_OK && (all || !is_store_first(g)));
	return rc;
}

/* The place that pushes write to. *out NULL: block peers. */
static vv_status open_first(vv_git_host *g, vv_host **out, vv_error *err)
{
	vv_status rc = need_sources(g, false, err);

	rc = rc < 0 ? rc : open_source(g, g->sources.items, err);
	*out = rc < 0 ? NULL : g->sources.items[0].host;
	return rc;
}

vv_status vv_git_host_sources(vv_git_host *g, const vv_blocks_sources **out, vv_error *err)
{
	*out = &g->sources;
	return need_sources(g, true, err);
}

vv_status vv_git_host_place(vv_git_host *g, size_t i, const vv_blocks_source **out, vv_error *err)
{
	vv_status rc = need_sources(g, i > 0, err);

	*out = rc == VV_OK && i < g->sources.count ? &g->sources.items[i] : NULL;
	if (!*out || (rc = open_source(g, &g->sources.items[i], err)) < 0) return rc;
	if (g->rewritten) {
		g->rewritten = false;
		vv_notes_warn(g->t->notes, "%s on %s was overwritten since it was seen last",
			      vv_text_url(find_ref(g)->url), vv_text_url(g->url));
	}
	return VV_OK;
}

const char *vv_git_host_untrusted(const vv_git_host *g)
{
	const vv_blocks_source *first = g->sources.items;

	return first && first->asked && !first->trusted ? first->url : NULL;
}

static vv_status note_reached(void *payload, const vv_new_root *n, vv_error *err)
{
	if (n->link || n->expired) return VV_OK;
	return vv_cid_map_put(payload, &n->root, 0, NULL, err);
}

vv_status vv_git_host_promises(vv_git_host *g, vv_cid_map **out, vv_error *err)
{
	vv_status rc = need_sources(g, false, err);

	*out = NULL;
	if (rc < 0 || !is_store_first(g) || g->chosen || g->sources.items[0].mirror) return rc;
	if (!(*out = vv_cid_map_new())) return vv_fail_nomem(err);
	return vv_hello_each_root(&g->refs.hello, g->t->repo, note_reached, *out, err);
}

vv_status vv_git_host_has_blocks(vv_git_host *g, bool *out, vv_error *err)
{
	vv_status rc = list_sources(g, err);

	/* a store all read, also where a peer is sent its blocks itself */
	*out = rc == VV_OK && is_store_first(g);
	if (rc < 0 || *out) return rc;
	rc = find_tip(g, find_ref(g), err);
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
	const vv_status rc = list_sources(g, err);

	*out = rc == VV_OK && !is_store_first(g) &&
	       strncmp(find_ref(g)->url, "refs/heads/", 11) == 0;
	return rc;
}

void vv_git_host_reading(vv_git_host *g)
{
	g->reading = true;
}

static vv_status watch_tip(vv_git_host *g, vv_error *err)
{
	vv_blocks_source *first;
	vv_status rc = need_sources(g, false, err);

	if (rc < 0 || (first = g->sources.items)->kind != VV_FROM_REF || first->host ||
	    (rc = open_host(g, err)) < 0 || (rc = find_tip(g, first, err)) < 0) {
		return rc;
	}
	return vv_host_was_at(g->host, first->url, &g->blocks_tip) ? VV_OK
								   : open_source(g, first, err);
}

vv_status vv_git_host_note(vv_git_host *g, const vv_oid *ids, size_t count, vv_error *err)
{
	const vv_blocks_source *first = g->sources.items;

	if (!first || first->kind == VV_FROM_PEER || first->mirror || g->folder) return VV_OK;
	vv_host *h = first->kind == VV_FROM_REF ? g->host : first->host;
	return h ? vv_host_note_read(h, ids, count, err) : VV_OK;
}

vv_status vv_git_host_watch(vv_git_host *g, vv_error *err)
{
	vv_error why;
	vv_status rc = watch_tip(g, &why);

	if (rc == VV_ENOMEM) return vv_fail_nomem(err);
	if (rc < 0) {
		vv_notes_warn(g->t->notes, "%s", why.message);
	}
	return VV_OK;
}

vv_status vv_git_host_lost(vv_git_host *g, vv_host_lost *out, vv_error *err)
{
	vv_auto(vv_cids) roots = {0};
	vv_auto_free vv_host_keeps *keeps = NULL;
	vv_host *own;
	vv_store *store;
	vv_status rc = open_first(g, &own, err);

	memset(out, 0, sizeof(*out));
	if (rc < 0 || !own || g->sources.items[0].mirror ||
	    (rc = vv_repository_store(g->t->repo, &store, err)) < 0 ||
	    (rc = vv_hello_roots(&roots, &g->refs.hello, g->t->repo, err)) < 0) {
		return rc;
	}
	if (!(keeps = vv_calloc(roots.count + 1, sizeof(*keeps)))) return vv_fail_nomem(err);
	rc = vv_host_keeps_each(own, roots.items, roots.count, VV_KEEPS_FETCH_BYTES, keeps, err);
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

/* Moves those that h does not list to the front; returns their number. */
static size_t leave_absent(const vv_host *h, vv_cid *cids, size_t count)
{
	size_t left = 0;

	vv_array_each(cids, count, it) {
		if (!vv_host_has(h, it)) {
			cids[left++] = *it;
		}
	}
	return left;
}

/* Lists them once. A URL in the settings counts for all branches. */
static vv_status list_other_stores(vv_git_host *g, vv_error *err)
{
	const vv_hello *h = &g->refs.hello;
	vv_auto(vv_oids) tips = {0};
	bool known;
	vv_status rc;

	if (g->others_listed || g->write || g->chosen || g->m->blocks_urls.count > 0) return VV_OK;
	g->others_listed = true;
	if ((rc = vv_remote_branch_tips(&tips, g->t->repo, g->m, err)) < 0) return rc;
	for (size_t i = 0; rc == VV_OK && i < h->ref_count; i++) {
		const vv_remote_ref *ref = &h->refs[i];

		if (strncmp(ref->name, "refs/heads/", 11) != 0 ||
		    (rc = vv_commits_known(g->t->repo, &ref->peeled, 1, &known, err)) < 0) {
			continue;
		}
		rc = known ? vv_oids_add(&tips, &ref->peeled, err) : VV_OK;
	}
	return rc < 0 ? rc
		      : vv_blocks_sources_of_others(&g->others, &g->other_names, g->t->repo, &tips,
						    &g->sources, err);
}

/* Gets the packs of blocks whose roots are here, from a place that cannot be listed: the files of versions name them. */
static vv_status prefetch_below(vv_git_host *g, vv_blocks_source *s, const vv_cid *rest,
				size_t left, vv_error *err)
{
	vv_auto(vv_cids) roots = {0};
	vv_status rc = VV_OK;

	if (left == 0 || s->versions_read || !vv_host_is_unlistable(s->host)) return VV_OK;
	s->versions_read = true;
	if ((rc = vv_hello_roots(&roots, &g->refs.hello, g->t->repo, err)) < 0 ||
	    (rc = vv_host_look(s->host, roots.items, roots.count, err)) < 0) {
		return rc;
	}
	return vv_host_prefetch(s->host, rest, left, err);
}

/* Gets the packs of those of the *left blocks in rest that these sources have, and leaves the others in rest. *failed: why
 * the first one could not be read. */
static vv_status prefetch_from(vv_git_host *g, vv_blocks_sources *l, vv_cid *rest, size_t *left,
			       vv_error *failed, vv_error *err)
{
	vv_error why;

	for (size_t i = 0; *left > 0 && i < l->count; i++) {
		vv_blocks_source *s = &l->items[i];
		vv_status rc = open_source(g, s, &why);

		if (rc == VV_OK && s->host &&
		    (rc = vv_host_prefetch(s->host, rest, *left, &why)) == VV_OK) {
			*left = leave_absent(s->host, rest, *left);
			rc = prefetch_below(g, s, rest, *left, &why);
			*left = leave_absent(s->host, rest, *left);
		}
		if (rc == VV_ENOMEM || rc == VV_ECANCELLED) return vv_error_copy(err, &why);
		if (rc < 0 && s->trusted && failed->code == VV_OK) {
			*failed = why;
		}
	}
	return VV_OK;
}

/* Gets the packs of these, from the first source that has them. Those that cannot be read matter if some are left. A clone
 * of a default branch that has another store, or none, has the versions of the other branches, too. */
static vv_status prefetch_blocks(vv_git_host *g, const vv_cid *cids, size_t count, vv_error *err)
{
	vv_auto_free vv_cid *rest = vv_calloc(count + 1, sizeof(*rest));
	size_t left = count;
	vv_error failed = {0};
	vv_status rc = rest ? need_sources(g, false, err) : vv_fail_nomem(err);

	if (rc < 0) return rc;
	memcpy(rest, cids, count * sizeof(*rest));
	if ((rc = prefetch_from(g, &g->sources, rest, &left, &failed, err)) < 0 ||
	    (left > 0 && (rc = list_other_stores(g, err)) < 0) ||
	    (rc = prefetch_from(g, &g->others, rest, &left, &failed, err)) < 0) {
		return rc;
	}
	return left > 0 && failed.code < 0 ? vv_error_copy(err, &failed) : VV_OK;
}

static vv_status get_from(const vv_blocks_sources *l, vv_block_received *b, vv_buf *bytes,
			  vv_buf *stored)
{
	vv_status rc = VV_EMISSING;

	for (size_t i = 0; rc < 0 && i < l->count; i++) {
		vv_host *h = l->items[i].host;
		rc = h ? vv_host_get(h, &b->cid, bytes, stored, &b->form, VV_IGNORED) : rc;
	}
	return rc;
}

static vv_status get_block(vv_git_host *g, vv_block_received *b, vv_buf *bytes, vv_buf *stored)
{
	vv_status rc = get_from(&g->sources, b, bytes, stored);

	rc = rc < 0 && rc != VV_ENOMEM ? get_from(&g->others, b, bytes, stored) : rc;
	b->as_stored = true;
	b->bytes = vv_buf_cstr(bytes);
	b->len = bytes->len;
	return rc;
}

/* Sets *given to the number of blocks that a source has. */
static vv_status give_blocks(vv_git_host *g, const vv_lacking *wants, size_t count,
			     vv_peer_block_fn fn, void *payload, size_t *given, vv_error *err)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT, stored = VV_BUF_INIT;
	vv_status rc;

	for (size_t i = 0; i < count; i++) {
		vv_block_received b = {.cid = wants[i].cid, .base = wants[i].like};
		vv_status got = get_block(g, &b, &bytes, &stored);

		*given += got == VV_OK;
		/* damaged, too: another source may have it */
		if ((rc = got == VV_ENOMEM ? vv_fail_nomem(err)
					   : fn(payload, i, got < 0 ? NULL : &b, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

static vv_status get_blocks(void *payload, const vv_lacking *wants, size_t count,
			    vv_peer_block_fn fn, void *fn_payload, vv_error *err)
{
	vv_git_host *g = payload;
	vv_auto_free vv_cid *cids = vv_calloc(count + 1, sizeof(*cids));
	size_t given = 0;
	vv_error why;

	if (!cids) return vv_fail_nomem(err);
	for (size_t i = 0; i < count; i++) {
		cids[i] = wants[i].cid;
	}
	const vv_status got = prefetch_blocks(g, cids, count, &why);
	if (got == VV_ENOMEM || got == VV_ECANCELLED) return vv_error_copy(err, &why);
	/* If one source cannot be read, the blocks of the others are still fetched. */
	const vv_status rc = give_blocks(g, wants, count, fn, fn_payload, &given, err);
	if (rc < 0 || got == VV_OK) return rc;
	if (given == 0) return vv_error_copy(err, &why);
	if (!g->warned) {
		g->warned = true;
		vv_notes_warn(g->t->notes, "%s", why.message);
	}
	return VV_OK;
}

static vv_status give_some(vv_host *h, const vv_cid *cids, size_t count, vv_peer_block_fn fn,
			   void *payload, vv_error *err)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_error why;
	vv_status rc = count > 1 ? vv_host_bring(h, cids, count, err) : VV_OK;

	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		const vv_status got = count > 1 ? vv_host_get(h, &cids[i], &bytes, NULL, NULL, &why)
						: vv_host_get_alone(h, &cids[i], &bytes, &why);
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
	vv_host *first;
	const vv_status rc = open_first(g, &first, err);

	if (rc == VV_OK && is_store_first(g)) {
		return give_some(first, cids, count, fn, payload, err);
	}
	if (rc == VV_ENOMEM || rc == VV_ECANCELLED || (rc < 0 && g->sources.count < 2)) {
		return rc;
	}
	return vv_fail(err, VV_ENOSUPPORT, "the host does not serve single blocks");
}

void vv_git_host_supplier(vv_git_host *g, vv_remote *take_m, vv_supplier *out)
{
	g->own = take_m;
	*out = (vv_supplier){.name = g->url, .source = get_blocks, .payload = g};
}

vv_git_host *vv_git_host_of(const vv_supplier *s)
{
	return s->source == get_blocks ? s->payload : NULL;
}

/* Roots of versions that are not in a store. */
typedef struct absent {
	vv_store *store;
	vv_cids roots;
} absent;

static vv_status add_absent(void *payload, const vv_new_root *n, vv_error *err)
{
	absent *a = payload;

	if (n->link || (n->expired && !n->current) || vv_store_has(a->store, &n->root)) {
		return VV_OK;
	}
	return vv_cids_add(&a->roots, &n->root, err);
}

vv_status vv_git_host_expect(vv_git_host *g, const vv_oids *ids, const vv_oids *haves,
			     vv_error *err)
{
	absent a = {0};
	vv_status rc;

	if ((rc = vv_repository_store(g->t->repo, &a.store, err)) == VV_OK &&
	    (rc = vv_new_roots_each(g->t->repo, ids->items, ids->count, haves->items, haves->count,
				    add_absent, &a, err)) == VV_OK) {
		rc = prefetch_blocks(g, a.roots.items, a.roots.count, err);
	}
	vv_cids_clear(&a.roots);
	return rc;
}

static void tell_damage_of(const vv_git_host *g, const vv_blocks_sources *l)
{
	vv_array_each(l->items, l->count, s) {
		if (!s->host || vv_host_came(s->host).damaged == 0) {
			continue;
		}
		vv_notes_warn(g->t->notes, "packs in %s of %s are damaged or missing",
			      vv_text_url(s->url), vv_text_url(g->url));
		if (g->folder) {
			vv_notes_hint(g->t->notes, VV_HINT_FOLDER_DAMAGED, g->folder->url);
		} else {
			vv_notes_hint(g->t->notes, VV_HINT_PUSH_BLOCKS);
		}
	}
}

void vv_git_host_tell_damage(const vv_git_host *g)
{
	tell_damage_of(g, &g->sources);
	tell_damage_of(g, &g->others);
}

static uint64_t count_bytes(const vv_blocks_sources *l)
{
	uint64_t bytes = 0;

	vv_array_each(l->items, l->count, item) {
		bytes += item->host ? vv_host_came(item->host).bytes : 0;
	}
	return bytes;
}

uint64_t vv_git_host_bytes(const vv_git_host *g)
{
	return count_bytes(&g->sources) + count_bytes(&g->others);
}

static vv_status send_from_here(vv_git_host *g, const vv_git_sending *what, vv_host_sum *out,
				vv_error *err)
{
	vv_auto_free vv_oid *ids = vv_calloc(what->count + 1, sizeof(*ids));
	vv_auto_free vv_oid *there = vv_calloc(g->refs.hello.ref_count + 1, sizeof(*there));
	vv_auto(vv_expired) *expired = NULL;
	vv_host *to = NULL;
	g->mending = what->verify;
	vv_status rc = ids && there ? open_first(g, &to, err) : vv_fail_nomem(err);

	if (rc == VV_OK) { /* unknown here: as if it had none */
		rc = vv_expired_open(&expired, g->t->repo, &g->refs.hello.expired.id, err);
		rc = rc < 0 ? vv_missing_ok(rc, err) : rc;
	}
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
					 .verify = what->verify,
					 .renew = true,
					 .expired = expired};
	if (rc == VV_OK && (rc = vv_edited_pointers_warn(g->t->repo, ids, what->count, there,
							 g->refs.hello.ref_count, err)) == VV_OK) {
		rc = vv_host_send(to, &to_host, out, err);
	}
	return rc;
}

vv_status vv_git_host_send(vv_git_host *g, const vv_git_sending *what, vv_host_sum *out,
			   vv_error *err)
{
	const vv_status rc = need_sources(g, false, err);

	memset(out, 0, sizeof(*out));
	if (rc < 0) return rc;
	if (g->sources.items[0].kind == VV_FROM_PEER) {
		return vv_block_peers_send(&g->sources, g->t, what->refs, what->count,
					   what->dry_run, out, err);
	}
	return send_from_here(g, what, out, err);
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
		return explain_failure(g, rc, err);
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
	vv_blocks_source *s = NULL;
	vv_status rc = vv_git_host_tidy(g, err);

	if (rc == VV_OK && (rc = list_sources(g, err)) == VV_OK) {
		s = is_store_first(g) ? g->sources.items : find_ref(g);
		rc = open_source(g, s, err);
	}
	*out = s ? s->host : NULL;
	*is_store = s && s->kind == VV_FROM_STORE;
	return rc;
}

static vv_status add_commit(void *payload, const vv_ref *ref, vv_error *err)
{
	return vv_oids_add(payload, &ref->commit, err);
}

vv_status vv_git_host_fetch_all(vv_git_host *g, vv_oids *tips, vv_error *err)
{
	vv_status rc = open_host(g, err); /* likewise */

	return rc < 0 ? rc : vv_fetched_get_all(&g->fetched, add_commit, tips, err);
}

vv_status vv_git_host_objects(vv_git_host *g, const vv_oid *ids, size_t count, uint64_t ms,
			      vv_host_objects *out, vv_error *err)
{
	const vv_status rc = open_host(g, err);

	return rc < 0 ? rc : vv_host_objects_ask(g->host, ids, count, ms, out, err);
}

/* --- push ---------------------------------------------------------------------------------------- */

vv_status vv_git_host_push(vv_git_host *g, vv_git_push *refs, size_t count, bool no_verify,
			   vv_buf *said, vv_error *err)
{
	const vv_git_call to = host_call(g, NULL);

	vv_notes_end(g->t->notes);
	return vv_git_push_run(&to, g->word, refs, count, no_verify, said, err);
}
