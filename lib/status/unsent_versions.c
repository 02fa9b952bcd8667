/*
 * unsent_versions: chooses the commits to examine: those of branches, tags and HEAD, here and at the remote.
 */
#include "lib/status/unsent_versions.h"

#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/remotes/proof.h"
#include "lib/remotes/reach.h"
#include "lib/remotes/remote.h"
#include "lib/remotes/transfer.h"
#include "repo/blocks/store.h"
#include "repo/git/history/refs.h"
#include "repo/git/objects/send.h"

typedef struct finder {
	vv_unsent_versions *out;
	vv_git_host *host;
	vv_store *store;
	vv_oids tips;
} finder;

void vv_unsent_versions_clear(vv_unsent_versions *u)
{
	vv_array_clear(u->items, u->count, it, vv_free(it->path));
	vv_free(u->place);
	memset(u, 0, sizeof(*u));
}

static vv_status on_root(void *payload, const vv_new_root *n, vv_error *err)
{
	vv_unsent_versions *u = ((finder *)payload)->out;

	u->linked += n->link != NULL;
	if (n->link || n->expired) return VV_OK;
	char *path = vv_strdup(n->path);
	return vv_array_own(u->items, u->count, u->cap, path,
			    (vv_unsent_version){.path = path, .root = n->root, .commit = n->commit})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

/* Of block peers that store the blocks in the place of the remote, one is enough, and one must answer. */
static vv_status ask_block_peers(finder *f, vv_repository *r, const vv_notes *notes,
				 const vv_cid *roots, vv_host_keeps *keeps, vv_error *err)
{
	const vv_blocks_sources *to;
	const size_t count = f->out->count;
	vv_auto_free bool *holds = vv_calloc(count + 1, sizeof(*holds));
	size_t answers = 0;
	vv_status rc = holds ? vv_git_host_sources(f->host, &to, err) : vv_fail_nomem(err);

	if (rc < 0) return rc;
	rc = vv_fail(err, VV_EREFUSED, "no block peer of the remote is trusted");
	vv_array_each(to->items, to->count, s) {
		if (s->kind != VV_FROM_PEER || !s->trusted ||
		    (rc = vv_proof_ask_named(holds, r, s->url, notes, roots, count, err)) < 0) {
			if (rc == VV_ENOMEM || rc == VV_ECANCELLED) return rc;
			continue;
		}
		answers++;
		for (size_t k = 0; k < count; k++) {
			keeps[k].whole = keeps[k].whole || holds[k];
		}
	}
	return vv_error_excuse(rc, answers > 0, err);
}

/* Only those that are incomplete there stay. */
static vv_status leave_unsent(finder *f, vv_repository *r, const vv_notes *notes, vv_error *err)
{
	vv_unsent_versions *u = f->out;
	vv_auto_free vv_cid *roots = vv_calloc(u->count + 1, sizeof(*roots));
	vv_auto_free vv_host_keeps *keeps = vv_calloc(u->count + 1, sizeof(*keeps));
	size_t kept = 0;

	u->versions = u->count;
	for (size_t i = 0; roots && i < u->count; i++) {
		roots[i] = u->items[i].root;
	}
	const vv_blocks_source *own;
	vv_status rc = roots && keeps ? vv_git_host_place(f->host, 0, &own, err)
				      : vv_fail_nomem(err);
	if (rc == VV_OK && own->host) {
		rc = vv_host_keeps_each(own->host, roots, u->count, VV_KEEPS_FETCH_BYTES, keeps,
					err);
	} else if (rc == VV_OK) {
		rc = ask_block_peers(f, r, notes, roots, keeps, err);
	}
	for (size_t i = 0; rc == VV_OK && i < u->count; i++) {
		vv_unsent_version *v = &u->items[i];
		if (keeps[i].whole) {
			vv_free(v->path);
			continue;
		}
		memcpy(v->lacks, keeps[i].lacks, sizeof(v->lacks));
		if (vv_store_complete(f->store, &v->root, &v->here, NULL, VV_IGNORED) < 0) {
			v->here = false;
		}
		u->items[kept++] = *v;
	}
	u->count = rc == VV_OK ? kept : u->count;
	return rc;
}

static vv_status find_unsent(finder *f, vv_repository *r, const vv_head *head, const char *remote,
			     const vv_notes *notes, vv_error *err)
{
	vv_status rc;

	vv_auto(char) *there = vv_asprintf("refs/remotes/%s/", remote ? remote : "");
	const char *const from[] = {"refs/heads/", "refs/tags/", there};
	if ((rc = vv_alloc_ok(there, err)) < 0 ||
	    (rc = vv_repository_store(r, &f->store, err)) < 0 ||
	    (rc = vv_oids_add(&f->tips, &head->commit, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; rc == VV_OK && i < (remote ? 3u : 2u); i++) {
		rc = vv_ref_tips_list(&f->tips, r, from[i], err);
	}
	if (rc < 0 ||
	    (rc = vv_new_roots_each(r, f->tips.items, f->tips.count, NULL, 0, on_root, f, err)) <
		    0 ||
	    (rc = leave_unsent(f, r, notes, err)) < 0) {
		return rc;
	}
	return vv_text_set(&f->out->place, vv_git_host_blocks_place(f->host), err);
}

static vv_status find_remote(vv_remote *out, vv_repository *r, const vv_head *head,
			     const char *name, vv_error *err)
{
	vv_auto(char) *usual = NULL;
	const vv_status rc = name ? VV_OK : vv_remote_default(&usual, r, head->branch, true, err);

	if (rc < 0) return rc;
	return vv_remote_find(out, r, name ? name : usual, err);
}

vv_status vv_unsent_places(vv_string_list *out, vv_repository *r, const char *name, vv_error *err)
{
	vv_auto(vv_head) head = {0};
	vv_auto(vv_remote) m = {0};
	vv_status rc;

	if ((rc = vv_head_read(r, &head, err)) < 0 ||
	    (rc = find_remote(&m, r, &head, name, err)) < 0) {
		return rc;
	}
	return vv_remote_push_urls(out, r, &m, err);
}

vv_status vv_unsent_versions_find(vv_unsent_versions *out, vv_repository *r, const char *name,
				  const char *url, const vv_notes *notes, vv_error *err)
{
	finder f = {.out = out};
	vv_auto(vv_head) head = {0};
	vv_auto(vv_remote) m = {0};
	vv_auto(vv_transfer) t = {0};
	vv_auto(vv_reached) there = {0};
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if ((rc = vv_head_read(r, &head, err)) < 0) return rc;
	if ((rc = find_remote(&m, r, &head, name, err)) < 0 ||
	    (url && (rc = vv_remote_push_at(&m, r, url, err)) < 0) ||
	    (rc = vv_transfer_open(&t, r, notes, true, 0, err)) < 0 ||
	    (rc = vv_reach_as_host(&there, &t, &m, true, false, err)) < 0) {
		goto done;
	}
	if (there.host) {
		f.host = there.host;
		rc = find_unsent(&f, r, &head, m.name, notes, err);
	} else {
		vv_fail(err, VV_EUSAGE, "%s stores blocks together with its history",
			vv_text_url(m.url));
		rc = vv_hint_code(err, VV_HINT_UNSENT);
	}
done:
	vv_oids_clear(&f.tips);
	return rc;
}
