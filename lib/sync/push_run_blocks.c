/*
 * push_run_blocks: sends all blocks that a place lacks, without moving refs (--blocks), and proves
 * that the place has them, before the place of the blocks changes (--move).
 */
#include <string.h>

#include "base/array.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/remotes/blocks_config.h"
#include "lib/remotes/proof.h"
#include "lib/sync/push_run_internal.h"
#include "repo/git/history/refs.h"

void push_run_tell_host_sum(const push_run *r)
{
	const vv_host_sum *b = &r->j->blocks;

	if (r->j->quiet || b->versions == 0) return;
	const char *blocks = "the blocks", *place = "";

	if (r->j->verbose) {
		blocks = vv_text_counted(b->blocks, "block", NULL);
	}
	if (r->there.host) {
		place = vv_text_url(vv_git_host_blocks_place(r->there.host));
	}
	const char *versions = vv_text_counted(b->versions, "version of a table",
					       "versions of tables");

	if (r->j->dry_run) {
		vv_notes_put(r->t.notes, "would send %s of %s to %s (about %s)", blocks, versions,
			     place, vv_text_bytes(b->raw));
	} else {
		vv_notes_put(r->t.notes, "sent %s of %s to %s (%s)", blocks, versions, place,
			     vv_text_bytes(b->bytes));
	}
}

typedef struct tips {
	vv_blocks_ref *refs;
	size_t count, cap;
	vv_arena arena;
} tips;

static vv_status add_tip(void *payload, const vv_ref *ref, vv_error *err)
{
	tips *t = payload;

	if (vv_oid_is_null(&ref->commit)) return VV_OK;
	bool remote = strncmp(ref->name, "refs/remotes/", 13) == 0;
	char *name = remote ? NULL : vv_arena_strndup(&t->arena, ref->name, strlen(ref->name));
	return (remote || name) && vv_array_add(t->refs, t->count, t->cap,
						(vv_blocks_ref){name, ref->id})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

vv_status push_run_find_store(push_run *r, vv_blocks_config *c, vv_error *err)
{
	vv_status rc = r->j->move ? vv_blocks_config_read_work(c, r->j->repo, err) : VV_OK;
	const vv_store_config *s = rc == VV_OK && r->j->move
					   ? vv_blocks_config_store(c, r->j->remote)
					   : NULL;

	if (s && s->url) {
		r->store = *s;
		r->j->to_store = true;
		r->j->remote = NULL;
	}
	return rc;
}

static vv_status choose_place(push_run *r, const vv_store_config *s, vv_error *err)
{
	vv_auto(char) *url = NULL;

	if (!r->j->move) return VV_OK;
	if (!r->j->to_store) return vv_git_host_choose(r->there.host, NULL, NULL, err);
	vv_status rc = vv_store_url_absolute(&url, r->j->repo, s->push_url ? s->push_url : s->url,
					     err);
	return rc < 0 ? rc : vv_git_host_choose(r->there.host, s->name, url, err);
}

/* The remote as a Git host, with the place for its blocks. */
static vv_status reach_host(push_run *r, const vv_store_config *s, vv_error *err)
{
	const vv_status rc = vv_reach_as_host(&r->there, &r->t, &r->remote, true, true, err);

	if (rc < 0) return rc;
	if (!r->there.host) {
		vv_fail(err, VV_EUSAGE, "'%s' stores blocks itself, and --blocks is for Git hosts",
			vv_text_url(r->remote.url));
		return vv_hint_code(err, VV_HINT_PUSH_ALL,
				    r->remote.name ? r->remote.name : "NAME");
	}
	r->there.hello = vv_git_host_hello(r->there.host);
	return choose_place(r, s, err);
}

/* The host's refs with commits missing here, which cannot be moved from here. */
static vv_status add_host_refs(push_run *r, tips *t, vv_error *err)
{
	const vv_hello *h = r->there.hello;
	vv_auto_free vv_oid *ids = vv_calloc(h->ref_count + 1, sizeof(*ids));
	vv_auto_free bool *known = vv_calloc(h->ref_count + 1, sizeof(*known));
	size_t unknown = 0;
	vv_status rc = ids && known ? VV_OK : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < h->ref_count; i++) {
		ids[i] = h->refs[i].peeled;
	}
	rc = rc < 0 ? rc : vv_commits_known(r->j->repo, ids, h->ref_count, known, err);
	for (size_t i = 0; rc == VV_OK && i < h->ref_count; i++) {
		unknown += !known[i];
		if (known[i] &&
		    !vv_array_add(t->refs, t->count, t->cap, (vv_blocks_ref){NULL, ids[i]})) {
			rc = vv_fail_nomem(err);
		}
	}
	if (rc < 0 || unknown == 0) return rc;
	vv_fail(err, VV_ECONFLICT,
		"%s of %s %s commits that are missing here, so nothing was moved",
		vv_text_counted(unknown, "ref", NULL), vv_text_url(r->remote.url),
		unknown == 1 ? "has" : "have");
	return vv_hint_code(err, VV_HINT_PULL_FIRST);
}

static vv_status note_version(void *payload, const vv_new_root *n, vv_error *err)
{
	return n->link ? VV_OK : vv_cids_add(payload, &n->root, err);
}

/* Every version shows a block that the place could not foresee. */
static vv_status prove_versions(push_run *r, const tips *t, vv_error *err)
{
	const vv_reached there = {.host = r->there.host, .hello = r->there.hello};
	vv_auto_free vv_oid *ids = vv_calloc(t->count + 1, sizeof(*ids));
	vv_auto(vv_cids) roots = {0};
	uint64_t lost = 0;
	vv_status rc;

	if (!ids) return vv_fail_nomem(err);
	for (size_t i = 0; i < t->count; i++) {
		ids[i] = t->refs[i].id;
	}
	if ((rc = vv_new_roots_each(r->j->repo, ids, t->count, NULL, 0, note_version, &roots,
				    err)) < 0 ||
	    (rc = vv_proof_count_lost(&lost, &there, r->j->repo, roots.items, roots.count, err)) <
		    0) {
		return rc;
	}
	r->j->proved = roots.count;
	return lost == 0 ? VV_OK
			 : vv_fail(err, VV_EMISSING,
				   "%s could not send a requested block of %s, so the "
				   "place of the blocks was not changed",
				   vv_text_url(vv_git_host_blocks_place(r->there.host)),
				   vv_text_counted(lost, "version", NULL));
}

static vv_status end_move(push_run *r, const vv_store_config *s, const tips *t, vv_error *err)
{
	vv_status rc;

	if (r->j->blocks.incomplete > 0) {
		vv_fail(err, VV_EMISSING,
			"%s of tables %s incomplete both here and at the remote, so the place of the "
			"blocks was not changed",
			vv_text_counted(r->j->blocks.incomplete, "version", NULL),
			r->j->blocks.incomplete == 1 ? "is" : "are");
		return vv_hint_code(err, VV_HINT_FETCH_ALL);
	}
	if (r->j->dry_run) return VV_OK;
	/* Reads the host again: proves its current blocks, not the sent ones. */
	vv_reached_close(&r->there);
	if ((rc = reach_host(r, s, err)) < 0 || (rc = prove_versions(r, t, err)) < 0) return rc;
	if (!r->j->quiet) {
		vv_notes_put(r->t.notes, "%s sent a random block of each of %s as proof",
			     vv_text_url(vv_git_host_blocks_place(r->there.host)),
			     vv_text_counted(r->j->proved, "version", NULL));
	}
	return VV_OK;
}

vv_status push_run_send_blocks(push_run *r, vv_error *err)
{
	const vv_store_config store = r->store;
	tips t = {0};
	vv_status rc = reach_host(r, &store, err);

	if (rc < 0) return rc;
	if ((r->j->move && (rc = add_host_refs(r, &t, err)) < 0) ||
	    (rc = vv_refs_each(r->j->repo, "refs/heads/", add_tip, &t, err)) < 0 ||
	    (rc = vv_refs_each(r->j->repo, "refs/tags/", add_tip, &t, err)) < 0 ||
	    (rc = vv_refs_each(r->j->repo, "refs/remotes/", add_tip, &t, err)) < 0) {
		goto done;
	}
	const vv_git_sending what = {.refs = t.refs,
				     .count = t.count,
				     .dry_run = r->j->dry_run,
				     .complete = true,
				     .verify = true};
	rc = vv_git_host_send(r->there.host, &what, &r->j->blocks, err);
	if (rc == VV_OK && r->j->move) {
		rc = end_move(r, &store, &t, err);
	}
done:
	vv_notes_end(r->t.notes);
	vv_free(t.refs);
	vv_arena_clear(&t.arena);
	if (rc < 0) return rc;
	if (r->j->blocks.bad_packs > 0) {
		vv_notes_warn(r->t.notes,
			      "%s of the remote %s damaged (%s as far as this repository has the "
			      "blocks)",
			      vv_text_counted(r->j->blocks.bad_packs, "pack", NULL),
			      r->j->blocks.bad_packs == 1 ? "is" : "are",
			      r->j->dry_run ? "would be replaced" : "replaced");
	}
	push_run_tell_host_sum(r);
	if (r->j->blocks.versions == 0 && r->j->blocks.bad_packs == 0 && !r->j->quiet) {
		vv_notes_put(r->t.notes, "the remote has every block that this repository has");
	}
	if (r->j->blocks.incomplete > 0) {
		vv_notes_warn(r->t.notes, "%s of tables %s incomplete both here and at the remote",
			      vv_text_counted(r->j->blocks.incomplete, "version", NULL),
			      r->j->blocks.incomplete == 1 ? "is" : "are");
	}
	return VV_OK;
}
