/*
 * compact: combines many small packs of a host into few large ones, in a new commit, without blocks
 * that no ref of the host needs. Young packs stay unchanged, with all below their blocks: a running
 * push may need them. To drop versions, all other blocks stay, also those that no ref needs yet, and
 * all below them.
 */
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/hash.h"
#include "base/hash_index.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/resemble.h"
#include "repo/git/objects/send.h"
#include "repo/git/tree.h"
#include "transport/places/packs/host_internal.h"

/* The newest version of a path so far. */
typedef struct path_version {
	const char *path;
	vv_cid root;
} path_version;

typedef struct compacting {
	vv_host *h;
	const vv_host_compaction *what;
	vv_host_compacted *out;
	vv_cid_set seen, listed;
	vv_outgoing *items;
	size_t count, cap;
	vv_cids roots;
	uint64_t old_packs, old_bytes, old_blocks;
	vv_host_name *removed;
	vv_cid_set dropped; /* the blocks of the dropped versions */
	path_version *versions;
	size_t version_count, version_cap;
	vv_hash_index version_index;
	vv_arena paths;
} compacting;

/* --- which packs ------------------------------------------------------------------------------- */

static vv_status mark_old(void *payload, const vv_tree_entry *e, vv_error *err VV_UNUSED)
{
	vv_host *h = payload;
	const char *base = vv_path_base(e->path);
	vv_cid key;

	if (!vv_pack_key_read(&key, base, strcspn(base, "."))) return VV_OK;
	for (vv_host_pack *p = NULL; vv_catalog_next(h->catalog, &p);) {
		p->marks |= vv_cid_equal(&p->key, &key) ? VV_MARK_OLD : 0;
	}
	return VV_OK;
}

vv_status vv_host_mark_old(vv_host *h, int64_t before, vv_error *err)
{
	char option[48];
	const char *args[] = {"rev-list", "-1", option, h->tip_ref, NULL};
	vv_git_call run = vv_host_run(h, args);
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_oid commit;

	vv_catalog_unmark(h->catalog, VV_MARK_OLD);
	if (before == INT64_MAX) {
		for (size_t i = 0; i < vv_catalog_packs(h->catalog); i++) {
			vv_catalog_pack(h->catalog, i)->marks |= VV_MARK_OLD;
		}
		return VV_OK;
	}
	(void)snprintf(option, sizeof(option), "--before=%lld", (long long)before);
	run.output = &text;
	vv_status rc = vv_git_must(&run, "the scratch repository", err);
	if (rc == VV_OK && text.len >= VV_OID_TEXT &&
	    vv_oid_parse(&commit, text.data, VV_OID_TEXT)) {
		rc = vv_tree_each(h->scratch, &commit, "packs", mark_old, h, err);
	}
	return rc;
}

/* --- which blocks ------------------------------------------------------------------------------ */

static vv_status get_block(void *payload, const vv_cid *cid, vv_buf *out, vv_error *err)
{
	return vv_store_get(((compacting *)payload)->h->blocks, cid, out, err);
}

static vv_status add_item(void *payload, const vv_cid *cid, const vv_cid *like, vv_error *err)
{
	compacting *c = payload;
	size_t pack;
	bool added;
	vv_status rc;

	if (!vv_catalog_find(c->h->catalog, cid, &pack, NULL) ||
	    !vv_catalog_has(c->h->catalog, pack, VV_MARK_OLD)) {
		return VV_OK;
	}
	if ((rc = vv_cid_set_add(&c->listed, cid, &added, err)) < 0 || !added) return rc;
	return vv_array_add(c->items, c->count, c->cap,
			    (vv_outgoing){.cid = *cid, .like = like ? *like : (vv_cid){0}})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

static bool is_dropped(const compacting *c, const vv_cid *root)
{
	return c->what->drop && vv_cid_set_has(c->what->drop, root);
}

static vv_status note_root(void *payload, const vv_new_root *n, vv_error *err)
{
	compacting *c = payload;

	if (is_dropped(c, &n->root)) return VV_OK;
	return vv_cids_add(&c->roots, &n->root, err);
}

/* Finds a version that resembles n: the one before it, or, if that is dropped, the last one of its path that stays.
 * Sets *before to null if there is none. */
static vv_status find_before(vv_cid *before, compacting *c, const vv_new_root *n, vv_error *err)
{
	const uint64_t hash = vv_xxh3(n->path, strlen(n->path), vv_hash_seed());
	path_version *last = vv_hash_find(c->versions, &c->version_index, hash, it,
					  strcmp(it->path, n->path) == 0);

	*before = n->before;
	if (last && !vv_cid_set_has(&c->seen, before)) {
		*before = last->root;
	}
	if (!vv_cid_set_has(&c->seen, before)) {
		*before = (vv_cid){0};
	}
	if (last) {
		last->root = n->root;
		return VV_OK;
	}
	const path_version new = {vv_arena_strndup(&c->paths, n->path, strlen(n->path)), n->root};
	return new.path &&vv_hash_add(c->versions, c->version_count, c->version_cap,
				      &c->version_index, hash, new)
		       ? VV_OK
		       : vv_fail_nomem(err);
}

static vv_status add_version(void *payload, const vv_new_root *n, vv_error *err)
{
	compacting *c = payload;
	uint64_t missing = 0;
	const vv_resemble walk = {.get = get_block,
				  .fn = add_item,
				  .payload = c,
				  .seen = &c->seen,
				  .children_first = true,
				  .missing = &missing};
	vv_cid before;
	vv_status rc;

	if (is_dropped(c, &n->root)) return VV_OK;
	if ((rc = find_before(&before, c, n, err)) < 0) return rc;
	rc = vv_resemble_walk(&walk, &n->root, vv_cid_is_null(&before) ? NULL : &before, err);

	/* a place may have a part of a version; blocks that its lists name but it lacks are found
	 * later */
	if (rc == VV_OK && missing > 0 && !vv_host_is_place(c->h) && vv_host_has(c->h, &n->root)) {
		return vv_fail(err, VV_EMISSING,
			       "%s lacks blocks that its lists name, so nothing was changed",
			       vv_text_url(c->h->url));
	}
	return rc;
}

/* Keeps the bases of young packs' differences. */
static vv_status add_bases(compacting *c, vv_error *err)
{
	const unsigned goes = c->what->drop ? VV_MARK_GOES | VV_MARK_SPARE : 0;
	vv_status rc;

	for (vv_host_pack *p = NULL; vv_catalog_next(c->h->catalog, &p);) {
		const bool stays = !(p->marks & (VV_MARK_OLD | goes));
		for (size_t k = 0; stays && k < p->base_count; k++) {
			if ((rc = add_item(c, &p->bases[k], NULL, err)) < 0) return rc;
		}
	}
	return VV_OK;
}

/* --- versions to drop ------------------------------------------------------------------------------ */

static vv_status skip_block(void *payload VV_UNUSED, const vv_cid *cid VV_UNUSED,
			    const vv_cid *like VV_UNUSED, vv_error *err VV_UNUSED)
{
	return VV_OK;
}

/* Adds these blocks and all below them to seen, and passes the new ones to fn. Blocks below a missing node are
 * unknown. */
static vv_status walk_blocks(compacting *c, const vv_cids *cids, vv_cid_set *seen,
			     vv_resemble_fn fn, vv_error *err)
{
	uint64_t missing = 0;
	const vv_resemble walk = {.get = get_block,
				  .fn = fn,
				  .payload = c,
				  .seen = seen,
				  .children_first = true,
				  .missing = &missing};
	vv_status rc = vv_host_prefetch(c->h, cids->items, cids->count, err);

	for (size_t i = 0; rc == VV_OK && i < cids->count; i++) {
		rc = vv_resemble_walk(&walk, &cids->items[i], NULL, err);
	}
	return rc;
}

/* Unknown blocks stay. */
static vv_status find_dropped(compacting *c, vv_error *err)
{
	const size_t count = vv_cid_set_count(c->what->drop);
	vv_auto(vv_cids) roots = {0};
	vv_status rc;

	for (size_t i = 0; i < count; i++) {
		const vv_cid *root = vv_cid_set_at(c->what->drop, i);
		if (vv_host_has(c->h, root) && (rc = vv_cids_add(&roots, root, err)) < 0) return rc;
	}
	return walk_blocks(c, &roots, &c->dropped, skip_block, err);
}

/* Adds the blocks of a pack that neither a ref nor a dropped version needs. */
static vv_status add_unreached(vv_cids *out, const compacting *c, const vv_host_pack *p,
			       vv_error *err)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_host_list list;
	vv_status rc = vv_host_list_again(c->h, p, &bytes, &list, err);

	for (size_t i = 0; rc == VV_OK && i < list.count; i++) {
		const vv_cid cid = vv_host_list_block(&list, i).cid;
		if (!vv_cid_set_has(&c->seen, &cid) && !vv_cid_set_has(&c->dropped, &cid)) {
			rc = vv_cids_add(out, &cid, err);
		}
	}
	return rc;
}

/* Keeps blocks that no ref needs, with all below them, in packs without the mark `but`. A running push sends blocks before its
 * refs, and every push takes a version for complete if its root is here. */
static vv_status keep_unreached(compacting *c, unsigned but, vv_error *err)
{
	vv_auto(vv_cids) cids = {0};
	vv_status rc = VV_OK;

	for (vv_host_pack *p = NULL; rc == VV_OK && vv_catalog_next(c->h->catalog, &p);) {
		if (!(p->marks & but)) {
			rc = add_unreached(&cids, c, p, err);
		}
	}
	return rc < 0 ? rc : walk_blocks(c, &cids, &c->seen, add_item, err);
}

static vv_status find_items(compacting *c, vv_error *err)
{
	vv_repository *r = c->h->repo;
	vv_status rc;

	if ((rc = vv_new_roots_each(r, c->what->wants, c->what->want_count, NULL, 0, note_root, c,
				    err)) < 0 ||
	    (rc = vv_host_prefetch(c->h, c->roots.items, c->roots.count, err)) < 0 ||
	    (rc = vv_new_roots_each(r, c->what->wants, c->what->want_count, NULL, 0, add_version, c,
				    err)) < 0) {
		return rc;
	}
	/* in a place the file of a version decides, not its root */
	if (!c->what->alone && !vv_host_is_place(c->h)) {
		const unsigned but = c->what->drop ? 0 : VV_MARK_OLD;

		if ((c->what->drop && (rc = find_dropped(c, err)) < 0) ||
		    (rc = keep_unreached(c, but, err)) < 0) {
			return rc;
		}
	}
	return add_bases(c, err);
}

/* --- the new packs ------------------------------------------------------------------------------- */

/* With the last pack the old ones leave the tree of a ref; from a place a gc removes them later. */
static vv_status describe_commit(void *payload, vv_host_commit *to, bool last,
				 vv_error *err VV_UNUSED)
{
	compacting *c = payload;
	const bool removes = last && !vv_host_is_place(c->h);

	to->message = c->what->drop ? "Leave out blocks of removed versions\n"
				    : "Put blocks into fewer packs\n";
	to->removed = c->removed;
	to->anew = removes && c->what->drop;
	for (vv_host_pack *p = NULL; vv_catalog_next(c->h->catalog, &p);) {
		if (!(p->marks & VV_MARK_OLD)) {
			continue;
		}
		/* the same blocks in the same form make the same pack: that one stays */
		if (to->pack && vv_cid_equal(&p->key, to->key)) {
			p->marks &= ~(unsigned)VV_MARK_OLD;
			c->out->packs_after += removes;
			c->out->bytes_after += removes ? p->len : 0;
			to->pack = removes ? NULL : to->pack;
		} else if (removes) {
			c->removed[to->removed_count++] = (vv_host_name){p->key, p->folder};
		}
	}
	return VV_OK;
}

/* vv_host_prefetch fetched the blocks of versions: not the bases of other packs, nor blocks below nodes of this
 * repository. */
static vv_status fetch_items(compacting *c, vv_error *err)
{
	vv_auto(vv_cids) absent = {0};
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < c->count; i++) {
		rc = vv_cids_add(&absent, &c->items[i].cid, err);
	}
	rc = rc < 0 ? rc : vv_store_without(c->h->main, absent.items, &absent.count, err);
	return rc < 0 ? rc : vv_host_bring(c->h, absent.items, absent.count, err);
}

static vv_status make_packs(compacting *c, bool *lost, vv_error *err)
{
	vv_auto(vv_catalog) *none = vv_catalog_new();
	vv_outgoing_packs o = {.items = c->items,
			       .count = c->count,
			       .from = c->h->blocks,
			       .bases = none,
			       .thorough = true,
			       .describe = describe_commit,
			       .payload = c};
	vv_status rc = fetch_items(c, err);

	if (rc < 0) return rc;
	c->removed = vv_calloc(vv_catalog_packs(c->h->catalog) + 1, sizeof(*c->removed));
	rc = none && c->removed ? vv_host_put_packs(c->h, &o, lost, err) : vv_fail_nomem(err);
	c->out->packs_after += o.packs;
	c->out->bytes_after += o.pack_bytes;
	if (rc < 0 && *lost && c->h->too_large) {
		rc = vv_hint(err, "run the command again: the next push is smaller");
	} else if (rc < 0 && *lost) {
		rc = vv_fail(err, VV_ECONFLICT,
			     "another user pushed to %s in the meantime, so no pack was "
			     "removed\nrun the command again",
			     vv_text_url(c->h->url));
	}
	return rc;
}

/* --- which packs are dropped or rewritten ----------------------------------------------------------- */

/* Its differences have bases that no version needs. */
static bool has_unneeded_base(const compacting *c, const vv_host_pack *p)
{
	return vv_array_find(p->bases, p->base_count, it, !vv_cid_set_has(&c->listed, it)) != NULL;
}

/* Adds the needed blocks of a pack to `moved` if it also has others, or bases among them; else the pack stays. */
static vv_status choose_pack(compacting *c, vv_host_pack *p, vv_cid_set *moved, vv_error *err)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_host_list list;
	size_t needed = 0;
	vv_status rc = vv_host_list_again(c->h, p, &bytes, &list, err);

	for (size_t i = 0; rc == VV_OK && i < list.count; i++) {
		const vv_cid cid = vv_host_list_block(&list, i).cid;
		needed += vv_cid_set_has(&c->listed, &cid);
	}
	if (rc < 0) return rc;
	if (needed == list.count && !has_unneeded_base(c, p)) {
		p->marks &= ~(unsigned)VV_MARK_OLD;
		return VV_OK;
	}
	for (size_t i = 0; rc == VV_OK && i < list.count; i++) {
		const vv_cid cid = vv_host_list_block(&list, i).cid;
		if (vv_cid_set_has(&c->listed, &cid)) {
			rc = vv_cid_set_note(moved, &cid, err);
		}
	}
	return rc;
}

/* Leaves the mark VV_MARK_OLD on packs that have blocks of dropped versions, and the items in these packs. */
static vv_status choose_dropping(compacting *c, vv_error *err)
{
	vv_auto(vv_cid_set) *moved = vv_cid_set_new();
	size_t kept = 0;
	vv_status rc = moved ? VV_OK : vv_fail_nomem(err);

	for (vv_host_pack *p = NULL; rc == VV_OK && vv_catalog_next(c->h->catalog, &p);) {
		rc = choose_pack(c, p, moved, err);
	}
	for (size_t i = 0; rc == VV_OK && i < c->count; i++) {
		if (vv_cid_set_has(moved, &c->items[i].cid)) {
			c->items[kept++] = c->items[i];
		}
	}
	c->count = kept;
	return rc;
}

/* --- the whole --------------------------------------------------------------------------------------- */

static void count_before(compacting *c)
{
	for (vv_host_pack *p = NULL; vv_catalog_next(c->h->catalog, &p);) {
		c->out->packs_before++;
		c->out->bytes_before += p->len;
		if (p->marks & VV_MARK_OLD) {
			c->old_packs++;
			c->old_bytes += p->len;
			c->old_blocks += p->blocks;
		}
	}
}

static void compacting_clear(compacting *c)
{
	vv_cid_set_reset(&c->seen);
	vv_cid_set_reset(&c->listed);
	vv_cid_set_reset(&c->dropped);
	vv_hash_index_clear(&c->version_index);
	vv_arena_clear(&c->paths);
	vv_free_all(c->items, c->roots.items, c->removed, c->versions);
}

VV_AUTO_CLEAR(compacting, compacting_clear)

/* The packs can be fewer. */
static bool is_worth(const vv_host *h, uint64_t packs, uint64_t bytes)
{
	return packs > bytes / (h->pack_bytes / 2) + 1;
}

/* Do earlier commits of the ref keep packs? */
static bool has_history(vv_host *h)
{
	const char *const args[] = {"rev-list", "--parents", "-1", h->tip_ref, NULL};
	vv_git_call run = vv_host_run(h, args);
	vv_auto(vv_buf) text = VV_BUF_INIT;

	run.output = &text;
	return !vv_oid_is_null(&h->tip) &&
	       (vv_git_must(&run, "the scratch repository", VV_IGNORED) < 0 ||
		strchr(vv_buf_cstr(&text), ' '));
}

/* lost: another push moved the ref first. */
static vv_status compact_once(vv_host *h, const vv_host_compaction *what, vv_host_compacted *out,
			      bool *lost, vv_error *err)
{
	vv_auto(compacting) c = {.h = h, .what = what, .out = out};
	vv_status rc = vv_host_sizes(h, err);

	*lost = false;
	memset(out, 0, sizeof(*out));
	if (rc < 0 ||
	    (vv_catalog_packs(h->catalog) > 0 &&
	     (rc = vv_host_mark_old(h, what->before, err)) < 0) ||
	    (rc = find_items(&c, err)) < 0 || (what->drop && (rc = choose_dropping(&c, err)) < 0)) {
		return rc;
	}
	count_before(&c);
	out->dropped = c.old_blocks > c.count ? c.old_blocks - c.count : 0;
	out->changed = is_worth(h, c.old_packs, c.old_bytes) || out->dropped > 0;
	if (what->drop) {
		out->changed = c.old_packs > 0 || (what->alone && has_history(h));
	}
	out->packs_after = out->packs_before;
	out->bytes_after = out->bytes_before;
	if (!out->changed || what->dry_run) return VV_OK;
	vv_host_forget_complete(h);
	out->packs_after -= c.old_packs;
	out->bytes_after -= c.old_bytes;
	return make_packs(&c, lost, err);
}

#define TRIES 8u

static vv_status read_lists_again(vv_host *h, vv_error *err)
{
	const vv_oid tip = h->tip;
	vv_host_change ignored;

	return vv_host_refresh(h, h->ref, &tip, &ignored, err);
}

/* The scratch repository has small packs, also those that were just dropped. */
static vv_status forget_dropped(vv_host *h, vv_error *err)
{
	vv_status rc;

	if ((rc = vv_host_drop_parts(h, err)) < 0 || (rc = vv_host_begin_anew(h, err)) < 0) {
		return rc;
	}
	return read_lists_again(h, err);
}

vv_status vv_host_compact(vv_host *h, const vv_host_compaction *what, vv_host_compacted *out,
			  vv_error *err)
{
	vv_host_change ignored;
	bool lost;
	vv_oid tip;
	vv_status rc;

	memset(out, 0, sizeof(*out));
	/* packs that h sent are not in the catalog: a command that drops versions first sends others */
	if (what->drop && (rc = read_lists_again(h, err)) < 0) return rc;
	rc = compact_once(h, what, out, &lost, err);
	for (unsigned i = 1; what->drop && lost && !h->too_large && i < TRIES; i++) {
		if ((rc = vv_host_ask_tip(h, h->ref, &tip, err)) < 0 ||
		    (rc = vv_host_refresh(h, h->ref, &tip, &ignored, err)) < 0) {
			return rc;
		}
		rc = compact_once(h, what, out, &lost, err);
	}
	if (rc < 0 || !what->drop || !out->changed || what->dry_run) return rc;
	return forget_dropped(h, err);
}

/* --- in a place ---------------------------------------------------------------------------------- */

/* Among the old ones, those that are small, or mostly unneeded; spare ones: other packs have all of their needed
 * blocks. */
static vv_status choose_packs(compacting *c, bool *worth, vv_error *err)
{
	const size_t count = vv_catalog_packs(c->h->catalog);
	vv_auto_free uint64_t *needed = vv_calloc(count + 1, sizeof(*needed));
	uint64_t bytes = 0;
	size_t pack, small = 0;

	*worth = false;
	if (!needed) return vv_fail_nomem(err);
	vv_array_each(c->items, c->count, item) {
		if (vv_catalog_find(c->h->catalog, &item->cid, &pack, NULL)) {
			needed[pack]++;
		}
	}
	vv_catalog_unmark(c->h->catalog, VV_MARK_SPARE);
	for (size_t i = 0; i < count; i++) {
		vv_host_pack *p = vv_catalog_pack(c->h->catalog, i);
		const bool is_small = p->len < c->h->pack_bytes / 2;
		const bool mostly_garbage = needed[i] * 2 < p->blocks;
		if (!(p->marks & VV_MARK_OLD)) {
			continue;
		}
		const bool rewrites = c->what->tight
					      ? needed[i] < p->blocks || has_unneeded_base(c, p)
					      : is_small || mostly_garbage;
		if (needed[i] > 0 && rewrites) {
			*worth = *worth || mostly_garbage || c->what->tight;
			small++;
			bytes += p->len;
		} else {
			p->marks &= ~(unsigned)VV_MARK_OLD;
			p->marks |= needed[i] == 0 ? VV_MARK_SPARE : 0;
		}
	}
	*worth = *worth || is_worth(c->h, small, bytes);
	return VV_OK;
}

vv_status vv_host_repack(vv_host *h, const vv_host_compaction *what, vv_host_compacted *out,
			 vv_error *err)
{
	vv_auto(compacting) c = {.h = h, .what = what, .out = out};
	size_t kept = 0, pack;
	bool lost = false;
	vv_status rc = vv_host_sizes(h, err);

	memset(out, 0, sizeof(*out));
	if (rc == VV_OK && (rc = find_items(&c, err)) == VV_OK) {
		rc = choose_packs(&c, &out->changed, err);
	}
	for (size_t i = 0; rc == VV_OK && i < c.count; i++) {
		if (vv_catalog_find(h->catalog, &c.items[i].cid, &pack, NULL) &&
		    vv_catalog_has(h->catalog, pack, VV_MARK_OLD)) {
			c.items[kept++] = c.items[i];
		}
	}
	c.count = kept;
	if (rc == VV_OK && (rc = add_bases(&c, err)) == VV_OK && out->changed && !what->dry_run) {
		rc = make_packs(&c, &lost, err);
	}
	if (!out->changed) {
		vv_catalog_unmark(h->catalog, VV_MARK_OLD);
	}
	return rc;
}
