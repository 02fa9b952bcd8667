/*
 * proof: verifies blocks in a host's lists: fetches packs again, and hashes every block.
 *
 * Three methods, for three questions. To determine which versions are stored, all files that each needs are checked,
 * with few of their bytes. To prove some blocks, their packs are fetched into a separate folder and only read from
 * there: local data proves nothing. To verify packs, local blocks may be used as bases, since each pack is verified
 * by itself.
 */
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/path.h"
#include "base/show.h"
#include "base/sys.h"
#include "repo/blocks/store.h"
#include "repo/git/blob.h"
#include "transport/places/packs/files.h"
#include "transport/places/packs/host_internal.h"
#include "transport/places/packs/pieces.h"
#include "transport/places/packs/versions.h"

#define BATCH_BYTES (UINT64_C(256) << 20)

/* --- showing --------------------------------------------------------------------------------- */

static vv_status open_shown(vv_host *h, vv_error *err)
{
	return h->shown ? VV_OK : vv_store_open(&h->shown, h->proof, true, err);
}

vv_status vv_host_show(vv_host *h, const vv_cid *cids, size_t count, vv_host_shown_fn fn,
		       void *payload, vv_error *err)
{
	const vv_host_taking t = {.dir = h->proof, .proof = true};
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_cid is;
	vv_status rc = open_shown(h, err);

	if (rc == VV_OK && (rc = vv_host_look(h, cids, count, err)) == VV_OK) {
		rc = vv_host_take(h, &t, cids, count, err);
	}
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		vv_status got = vv_host_read(h, true, &cids[i], &bytes, NULL, NULL, VV_IGNORED);
		got = got < 0 ? got
			      : vv_cid_of(&is, cids[i].codec, bytes.data, bytes.len, VV_IGNORED);
		if (got == VV_ENOMEM) {
			rc = vv_fail_nomem(err);
		} else if (got < 0 || !vv_cid_equal(&is, &cids[i])) {
			rc = fn(payload, i, &cids[i], NULL, 0, err);
		} else {
			rc = fn(payload, i, &cids[i], vv_buf_cstr(&bytes), bytes.len, err);
		}
	}
	return rc;
}

/* --- which versions are kept ------------------------------------------------------------------ */

typedef struct keeping {
	vv_host *h;
	const vv_cid *roots;
	size_t count;
	vv_host_keeps *out;
	vv_version_file *files; /* of a store */
} keeping;

static void note_lack(vv_host_keeps *k, vv_stored_kind kind, const vv_cid *key)
{
	k->whole = false;
	if (!*k->lacks) {
		(void)snprintf(k->lacks, sizeof(k->lacks), "%s", vv_stored_shows(kind, key));
	}
}

static vv_status ask_end(void *payload, size_t i, vv_error *err)
{
	const keeping *k = payload;
	vv_host_pack *p = vv_catalog_pack(k->h->catalog, i);
	bool shows;
	const vv_status rc = vv_files_shows_end(k->h, p, &shows, err);

	p->marks |= rc == VV_OK && shows ? VV_MARK_SHOWN : 0;
	return rc;
}

/* Lists of all packs that they name, into a catalog of nothing else. */
static vv_status take_named(keeping *k, vv_error *err)
{
	vv_auto(vv_cid_set) *seen = vv_cid_set_new();
	vv_auto(vv_cids) names = {0};
	bool added;
	vv_files_begin_anew(k->h);
	vv_status rc = seen ? vv_files_versions(k->h, k->roots, k->count, k->files, err)
			    : vv_fail_nomem(err);
	for (size_t i = 0; rc == VV_OK && i < k->count; i++) {
		const vv_cids *of = &k->files[i].names.packs;
		for (size_t n = 0; rc == VV_OK && k->files[i].sound && n < of->count; n++) {
			rc = vv_cid_set_add(seen, &of->items[n], &added, err);
			rc = rc == VV_OK && added ? vv_cids_add(&names, &of->items[n], err) : rc;
		}
		rc = rc == VV_OK && k->files[i].sound ? vv_seek_note(k->h, &k->files[i].names, err)
						      : rc;
	}
	return rc < 0 ? rc : vv_files_take_lists(k->h, &names, &(bool){false}, err);
}

/* Which of a version's files are not as they should be. */
static void judge_files(keeping *k, size_t i, const vv_cid_map *places)
{
	vv_host_keeps *out = &k->out[i];
	const vv_cids *packs = &k->files[i].names.packs;
	uint64_t at;

	if (!k->files[i].sound) {
		note_lack(out, VV_STORED_VERSION, &k->roots[i]);
	}
	for (size_t n = 0; k->files[i].sound && n < packs->count; n++) {
		if (!vv_cid_map_get(places, &packs->items[n], &at)) {
			note_lack(out, VV_STORED_LIST, &packs->items[n]);
		} else if (vv_catalog_pack(k->h->catalog, (size_t)at)->bad) {
			note_lack(out, VV_STORED_PACK, &packs->items[n]);
		}
	}
}

static vv_status choose_any(keeping *k, size_t i, const vv_cid_map *places, vv_error *err)
{
	const vv_cids *packs = &k->files[i].names.packs;
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_host_list list;
	uint64_t at, r[2];

	if (!k->out[i].whole || packs->count == 0) return VV_OK;
	vv_random(r, sizeof(r));
	(void)vv_cid_map_get(places, &packs->items[r[0] % packs->count], &at);
	const vv_status rc = vv_host_list_again(k->h, vv_catalog_pack(k->h->catalog, (size_t)at),
						&bytes, &list, err);
	if (rc < 0) return rc;
	k->out[i].any = vv_host_list_block(&list, (size_t)(r[1] % list.count)).cid;
	return VV_OK;
}

static vv_status keeps_in_place(keeping *k, vv_error *err)
{
	vv_auto(vv_cid_map) *places = vv_cid_map_new();
	vv_status rc = take_named(k, err);

	if (rc < 0) return rc;
	if (!places) return vv_fail_nomem(err);
	const size_t packs = vv_catalog_packs(k->h->catalog);
	vv_catalog_unmark(k->h->catalog, VV_MARK_SHOWN);
	rc = vv_files_each(k->h, packs, ask_end, k, "packs", err);
	for (size_t i = 0; rc == VV_OK && i < packs; i++) {
		vv_host_pack *p = vv_catalog_pack(k->h->catalog, i);
		rc = vv_cid_map_put(places, &p->key, i, NULL, err);
		rc = rc < 0 || (p->marks & VV_MARK_SHOWN) ? rc : vv_host_note_bad(k->h, p, err);
	}
	rc = rc < 0 ? rc : vv_host_prefer_sound(k->h, err);
	for (size_t i = 0; rc == VV_OK && i < k->count; i++) {
		judge_files(k, i, places);
		rc = choose_any(k, i, places, err);
	}
	return rc;
}

/* Appends the ids that rev-list prints of the ref's history. */
static vv_status add_history(vv_host *h, const char *filter, vv_oids *ids, vv_error *err)
{
	vv_auto(vv_buf) out = VV_BUF_INIT;
	const char *args[] = {"rev-list", "--objects",           "--missing=print",
			      filter,     vv_oid_shows(&h->tip), NULL};
	vv_git_call run = vv_host_run(h, args);
	vv_oid id;
	vv_status rc;

	run.output = &out;
	if ((rc = vv_git_must(&run, "the scratch repository", err)) < 0) return rc;
	for (const char *p = vv_buf_cstr(&out), *end = p + out.len; p < end;) {
		p += *p == '?';
		if (end - p > (ptrdiff_t)VV_OID_TEXT && vv_oid_parse(&id, p, VV_OID_TEXT) &&
		    (rc = vv_oids_add(ids, &id, err)) < 0) {
			return rc;
		}
		const char *line = memchr(p, '\n', (size_t)(end - p));
		p = line ? line + 1 : end;
	}
	return VV_OK;
}

/* Checks that the host has everything reachable from its ref: a new clone fetches it at once, so none of it may be lost. These
 * are its commits and trees, and its blobs, too, if the host does not support filters. */
static vv_status ask_for_history(vv_host *h, bool believed, vv_error *err)
{
	vv_auto(vv_oids) ids = {0};
	size_t lacks = 0;
	vv_status rc = VV_OK;

	if (vv_oid_is_null(&h->tip) || (rc = add_history(h, "--filter=blob:none", &ids, err)) < 0) {
		return rc;
	}
	const size_t trees = ids.count;
	rc = add_history(h, "--no-filter", &ids, err);
	while (rc == VV_OK && (rc = vv_host_ask(h, &ids, &lacks, err)) == VV_OK &&
	       lacks < ids.count) {
		if (lacks < trees || h->knows_no_filters) {
			return vv_fail(
				err, VV_ECORRUPT,
				"%s no longer has the object %s of %s: new clones cannot get "
				"blocks from this host\nrun 'git fsck' on the host to see which other objects are lost",
				vv_text_url(h->url), vv_oid_shows(&ids.items[lacks]),
				vv_text_shows(h->ref));
		}
		ids.items[lacks] = ids.items[--ids.count];
	}
	return rc == VV_OK && lacks == SIZE_MAX && !believed ? vv_host_fetch_whole(h, err) : rc;
}

/* Asks the host for the blobs of the packs with this mark (0: all), and of their lists. Afterwards the packs to fetch are
 * marked. */
static vv_status ask_for_blobs(vv_host *h, unsigned mark, bool believed, vv_error *err)
{
	vv_catalog *c = h->catalog;
	const size_t count = vv_catalog_packs(c);
	vv_auto_free size_t *which = vv_calloc(2 * count + 1, sizeof(*which));
	vv_auto(vv_oids) ids = {0};
	size_t lacks = 0;
	vv_status rc = which ? VV_OK : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < 2 * count; i++) { /* first the packs' */
		const vv_host_pack *p = vv_catalog_pack(c, i % count);
		if ((mark == 0 || (p->marks & mark)) && (i < count || !vv_oid_is_null(&p->list))) {
			which[ids.count] = i % count;
			rc = vv_oids_add(&ids, i < count ? &p->blob : &p->list, err);
		}
	}
	while (rc == VV_OK && ids.count > 0 && (rc = vv_host_ask(h, &ids, &lacks, err)) == VV_OK &&
	       lacks < ids.count) {
		rc = vv_host_note_bad(h, vv_catalog_pack(c, which[lacks]), err);
		ids.items[lacks] = ids.items[--ids.count];
		which[lacks] = which[ids.count];
	}
	if (rc == VV_OK && lacks != ids.count && !believed) {
		rc = vv_host_fetch_blobs(h, ids.items, ids.count, err);
	}
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		vv_host_pack *p = vv_catalog_pack(c, i);
		if (p->bad || ((lacks == ids.count || believed) && vv_host_is_sound(h, p))) {
			p->marks &= ~mark;
		}
	}
	return rc;
}

/* Fetches unseen packs, as many as the limit of bytes allows: they are judged on arrival. */
static vv_status fetch_unseen(vv_host *h, uint64_t fetch_bytes, vv_error *err)
{
	const size_t count = vv_catalog_packs(h->catalog);
	vv_auto_free size_t *packs = vv_calloc(count + 1, sizeof(*packs));
	vv_host_taking t = {.dir = h->proof, .proof = true, .packs = packs};
	vv_status rc = packs ? open_shown(h, err) : vv_fail_nomem(err);

	for (size_t i = 0; packs && i < count; i++) {
		const vv_host_pack *p = vv_catalog_pack(h->catalog, i);
		if ((p->marks & VV_MARK_UNSEEN) && p->len <= fetch_bytes) {
			packs[t.pack_count++] = i;
			fetch_bytes -= p->len;
		}
	}
	return rc < 0 ? rc : vv_host_take(h, &t, NULL, 0, err);
}

/* One round over all versions. *again: a pack was found to be bad, and others may have its blocks. */
static vv_status keeps_in_tree(keeping *k, uint64_t fetch_bytes, bool *again, vv_error *err)
{
	vv_host *h = k->h;
	const size_t bad = h->bad.count;
	vv_status rc = VV_OK;

	vv_catalog_unmark(h->catalog, VV_MARK_UNSEEN);
	for (size_t i = 0; rc == VV_OK && i < k->count; i++) {
		vv_host_keeps *out = &k->out[i];
		*out = (vv_host_keeps){.whole = false};
		rc = vv_versions_look(h, &k->roots[i], VV_MARK_NEEDED, &out->whole, err);
		for (vv_host_pack *p = NULL; rc == VV_OK && vv_catalog_next(h->catalog, &p);) {
			if ((p->marks & VV_MARK_NEEDED) && p->bad) {
				note_lack(out, VV_STORED_PACK, &p->key);
			} else if (p->marks & VV_MARK_NEEDED) {
				p->marks |= VV_MARK_UNSEEN;
			}
		}
	}
	rc = rc < 0 ? rc : ask_for_blobs(h, VV_MARK_UNSEEN, fetch_bytes < UINT64_MAX, err);
	rc = rc < 0 ? rc : fetch_unseen(h, fetch_bytes, err);
	*again = rc == VV_OK && h->bad.count > bad;
	return *again ? vv_host_prefer_sound(h, err) : rc;
}

static vv_status keeps_each(keeping *k, uint64_t fetch_bytes, vv_error *err)
{
	bool again = true;
	vv_status rc = VV_OK;

	if (vv_host_is_place(k->h)) {
		k->files = vv_calloc(k->count + 1, sizeof(*k->files));
		return k->files ? keeps_in_place(k, err) : vv_fail_nomem(err);
	}
	if (fetch_bytes == UINT64_MAX && (rc = ask_for_history(k->h, false, err)) < 0) return rc;
	while (again) {
		if ((rc = keeps_in_tree(k, fetch_bytes, &again, err)) < 0) return rc;
	}
	return VV_OK;
}

vv_status vv_host_keeps_each(vv_host *h, const vv_cid *roots, size_t count, uint64_t fetch_bytes,
			     vv_host_keeps *out, vv_error *err)
{
	keeping k = {.h = h, .roots = roots, .count = count, .out = out};

	for (size_t i = 0; i < count; i++) {
		out[i] = (vv_host_keeps){.whole = true};
	}
	const vv_status rc = keeps_each(&k, fetch_bytes, err);
	vv_array_clear(k.files, k.files ? count : 0, f, vv_version_packs_clear(&f->names));
	return rc;
}

/* --- verifying ------------------------------------------------------------------------------- */

typedef struct verifying {
	vv_host *h;
	vv_host_verifying *v;
	size_t *packs; /* of the catalog, that are to be verified */
	size_t count;
} verifying;

/* Adds packs seen whole before, or unseen ones, as many as the limit of bytes allows. */
static void add_packs(verifying *x, bool seen, uint64_t most)
{
	const size_t count = vv_catalog_packs(x->h->catalog);
	uint64_t bytes = 0, first;

	vv_random(&first, sizeof(first));
	for (size_t n = 0; n < count; n++) {
		const size_t i = (size_t)((first % count + n) % count);
		const vv_host_pack *p = vv_catalog_pack(x->h->catalog, i);
		if (vv_host_is_sound(x->h, p) == seen && (bytes == 0 || bytes + p->len <= most)) {
			bytes += p->len;
			x->packs[x->count++] = i;
		}
	}
}

static vv_status choose_packs(verifying *x, vv_error *err)
{
	x->packs = vv_calloc(vv_catalog_packs(x->h->catalog) + 1, sizeof(size_t));
	if (!x->packs) return vv_fail_nomem(err);
	add_packs(x, false, x->v->sample ? x->v->unseen_bytes : UINT64_MAX);
	add_packs(x, true, x->v->sample ? x->v->seen_bytes : UINT64_MAX);
	return VV_OK;
}

static vv_status on_record(void *payload, const char *pack VV_UNUSED, uint64_t offset VV_UNUSED,
			   const vv_cid *cid, vv_status state, const char *what VV_UNUSED,
			   vv_error *err)
{
	verifying *x = payload;

	if (state != VV_OK) return VV_OK;
	x->v->blocks++;
	return vv_cid_set_note(x->h->intact, cid, err);
}

/* Is all there that its list names? */
static vv_status check_pack(verifying *x, vv_host_pack *p, vv_error *err)
{
	vv_host *h = x->h;
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_host_list list;
	bool sound = !p->bad;
	vv_status rc = vv_host_list_again(h, p, &bytes, &list, err);

	for (size_t i = 0; rc == VV_OK && sound && i < list.count; i++) {
		const vv_host_block b = vv_host_list_block(&list, i);
		sound = vv_cid_set_has(h->intact, &b.cid);
	}
	if (rc == VV_OK && sound && vv_host_is_place(h)) { /* bytes behind its end did not come */
		rc = vv_files_shows_end(h, p, &sound, err);
	}
	if (rc == VV_OK && sound) {
		vv_host_note_sound(h, &p->key, &p->blob);
	} else if (rc == VV_OK) {
		rc = vv_host_note_bad(h, p, err);
		x->v->bad_packs++;
		if (x->v->damaged) {
			vv_buf_printf(x->v->damaged, "%s\n",
				      vv_stored_shows(VV_STORED_PACK, &p->key));
		}
	}
	return rc;
}

/* Fetches the next packs, up to the limit of disk space, and reads all of them. */
static vv_status verify_batch(verifying *x, size_t *at, vv_error *err)
{
	vv_host *h = x->h;
	vv_host_taking t = {.dir = h->packs, .have = h->main, .packs = x->packs + *at};
	const size_t first = *at;
	uint64_t bytes = 0;
	vv_status rc;

	for (; *at < x->count && (*at == first || bytes < BATCH_BYTES); (*at)++) {
		bytes += vv_catalog_pack(h->catalog, x->packs[*at])->len;
	}
	t.pack_count = *at - first;
	if ((rc = vv_host_take(h, &t, NULL, 0, err)) < 0 ||
	    (rc = vv_store_fsck(h->blocks, true, on_record, x, NULL, err)) < 0) {
		return rc;
	}
	for (size_t i = first; i < *at; i++) {
		if ((rc = check_pack(x, vv_catalog_pack(h->catalog, x->packs[i]), err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* Removes the read packs from the disk. */
static vv_status drop_read_packs(vv_host *h, vv_error *err)
{
	vv_status rc;

	vv_store_close(vv_take(&h->blocks));
	for (size_t i = 0; i < vv_catalog_packs(h->catalog); i++) {
		vv_catalog_pack(h->catalog, i)->here = false;
		vv_catalog_pack(h->catalog, i)->came[0].count = 0;
	}
	vv_cid_set_reset(&h->pieces);
	if ((rc = vv_remove_tree(h->packs, err)) < 0 || (rc = vv_host_clean(h, err)) < 0) {
		return rc;
	}
	return vv_store_open_over(&h->blocks, h->packs, h->main, true, err);
}

/* Blocks of bad packs that no other has. */
static vv_status count_lost(verifying *x, vv_error *err)
{
	vv_host *h = x->h;
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_host_list list;
	vv_status rc = VV_OK;

	for (vv_host_pack *p = NULL; rc == VV_OK && vv_catalog_next(h->catalog, &p);) {
		if (!p->bad || (rc = vv_host_list_again(h, p, &bytes, &list, err)) < 0) {
			continue;
		}
		for (size_t k = 0; k < list.count; k++) {
			const vv_host_block b = vv_host_list_block(&list, k);
			x->v->lost += !vv_host_has(h, &b.cid);
		}
	}
	return rc;
}

/* Lists that are damaged or lost, and files of versions that are damaged. */
static vv_status name_damaged(verifying *x, vv_error *err)
{
	vv_auto(vv_stored_files) packs = {0}, versions = {0};
	vv_buf *out = x->v->damaged;
	vv_status rc;

	if (!out || !vv_host_is_place(x->h)) return VV_OK;
	if ((rc = vv_stored_list(&packs, &x->h->place, VV_STORED_PACK, err)) < 0 ||
	    (rc = vv_stored_list(&versions, &x->h->place, VV_STORED_VERSION, err)) < 0) {
		return rc;
	}
	vv_array_each(packs.items, packs.count, item) {
		const vv_cid *key = &item->key;
		if (!vv_cid_set_has(&x->h->listed, key)) {
			vv_buf_printf(out, "%s\n", vv_stored_shows(VV_STORED_LIST, key));
		}
	}
	for (size_t i = 0; i < versions.count; i++) {
		vv_auto(vv_version_packs) names = {0};
		const vv_cid *root = &versions.items[i].key;
		bool sound = false;
		if ((rc = vv_files_version(x->h, root, &names, &sound, err)) < 0) return rc;
		if (!sound) {
			vv_buf_printf(out, "%s\n", vv_stored_shows(VV_STORED_VERSION, root));
		}
	}
	return vv_buf_ok(out, err);
}

vv_status vv_host_verify(vv_host *h, vv_host_verifying *v, vv_error *err)
{
	verifying x = {.h = h, .v = v};
	vv_status rc;

	v->bad_packs = v->lost = v->blocks = 0;
	if (vv_host_is_place(h)) {
		vv_files_begin_anew(h);
	}
	if ((rc = vv_host_look(h, NULL, 0, err)) < 0) return rc;
	if (v->mend && vv_host_is_place(h) && (rc = vv_files_mend_lists(h, err)) < 0) return rc;
	if (!h->intact && !(h->intact = vv_cid_set_new())) return vv_fail_nomem(err);
	rc = choose_packs(&x, err);
	if (rc == VV_OK && !vv_host_is_place(h) && (rc = ask_for_history(h, true, err)) == VV_OK) {
		rc = ask_for_blobs(h, 0, true, err);
	}
	for (size_t at = 0; rc == VV_OK && at < x.count;) {
		if ((rc = vv_progress_update(h->progress, "checking packs", at, x.count, err)) ==
			    VV_OK &&
		    (rc = verify_batch(&x, &at, err)) == VV_OK && at < x.count) {
			rc = drop_read_packs(h, err);
		}
	}
	if (rc == VV_OK && v->bad_packs > 0) {
		vv_host_forget_complete(h);
		if ((rc = vv_host_prefer_sound(h, err)) == VV_OK) {
			rc = count_lost(&x, err);
		}
	}
	rc = rc < 0 ? rc : name_damaged(&x, err);
	vv_free(x.packs);
	return rc;
}

vv_status vv_host_bad_packs(vv_host *h, const vv_cid_set *sent, bool ruins, vv_host_name **names,
			    size_t *count, vv_error *err)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_host_list list;
	vv_status rc = VV_OK;

	*count = 0;
	*names = vv_calloc(h->bad.count + h->ruin_count + 1, sizeof(**names));
	if (!*names) return vv_fail_nomem(err);
	for (vv_host_pack *p = NULL; rc == VV_OK && vv_catalog_next(h->catalog, &p);) {
		bool needed = false;
		if (!p->bad || *count == h->bad.count ||
		    (rc = vv_host_list_again(h, p, &bytes, &list, err)) < 0) {
			continue;
		}
		for (size_t k = 0; !needed && k < list.count; k++) {
			const vv_host_block b = vv_host_list_block(&list, k);
			needed = (!h->intact || vv_cid_set_has(h->intact, &b.cid)) &&
				 !vv_host_has(h, &b.cid) && !vv_cid_set_has(sent, &b.cid);
		}
		if (!needed) {
			(*names)[(*count)++] = (vv_host_name){p->key, p->folder};
		}
	}
	for (size_t i = 0; ruins && i < h->ruin_count; i++) {
		(*names)[(*count)++] = h->ruins[i];
	}
	return rc;
}
