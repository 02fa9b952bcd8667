/*
 * files: the names of files in a store, in which order they come there, and when many lists are too many.
 */
#include "transport/places/packs/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/codec.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/pack.h"
#include "repo/blocks/record.h"
#include "repo/blocks/store.h"
#include "repo/git/blob.h"

#define ASKED_ONE_BY_ONE 16u /* versions; listing costs a request for each 1,000 of them */

const vv_place_mark vv_files_mark = {"format", "varve store 1\n", "blocks"};

/* --- reading --------------------------------------------------------------------------------- */

/* If a place does not allow listing, a missing object looks forbidden; the mark was readable. */
static bool is_absent(vv_status rc)
{
	return rc == VV_ENOTFOUND || rc == VV_EREFUSED;
}

void vv_files_begin_anew(vv_host *h)
{
	vv_host_forget_lists(h);
	h->anew = true;
}

static vv_status check_mark(const vv_host *h, const vv_buf *text, vv_error *err)
{
	const char *is = vv_buf_cstr(text);
	const vv_status rc = vv_text_check_mark(is, vv_files_mark.text, vv_text_url(h->url), err);

	if (rc == VV_ENOSUPPORT || (rc == VV_OK && strcmp(is, vv_files_mark.text) == 0)) return rc;
	vv_fail(err, VV_ECORRUPT, "the file '%s' of '%s' is damaged", vv_files_mark.file,
		vv_text_url(h->url));
	return vv_hint_code(err, VV_HINT_PUSH_BLOCKS);
}

vv_status vv_files_refresh(vv_host *h, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc = VV_OK;

	vv_buf_puts(&text, h->place.mark);
	if (text.len == 0) {
		rc = vv_place_get(&h->place, vv_files_mark.file, 0, VV_PLACE_MARK_BYTES, &text,
				  err);
	}
	rc = rc < 0 ? rc : check_mark(h, &text, err);
	if (rc == VV_ECORRUPT && h->mends) {
		vv_notes_put(h->notes,
			     "the file '%s' of '%s' was damaged, and is being written "
			     "again",
			     vv_files_mark.file, vv_text_url(h->url));
		rc = vv_place_put(&h->place, vv_files_mark.file, vv_files_mark.text,
				  strlen(vv_files_mark.text), err);
	}
	if (rc == VV_OK) {
		vv_host_forget_lists(h);
	}
	return rc;
}

static vv_oid id_of(const vv_cid *pack)
{
	vv_oid id = {{0}};

	memcpy(id.id, pack->digest, VV_PACK_HASH_LEN);
	return id;
}

/* The packs that this one's list names as its parts. */
static vv_status note_parts(vv_host *h, const vv_buf *bytes, vv_error *err)
{
	vv_host_list list;
	vv_status rc = vv_host_list_read(&list, bytes->data, bytes->len, err);

	if (rc < 0) return rc;
	for (size_t i = 0; i < list.part_count; i++) {
		const vv_cid key = vv_pack_key(list.parts + i * VV_PACK_HASH_LEN);
		if ((rc = vv_cid_set_note(&h->joined, &key, err)) < 0) return rc;
	}
	return VV_OK;
}

/* A list that is not here, or damaged, into its file; none where the place has none. */
static vv_status fetch_list(vv_host *h, const vv_cid *pack, const char *path, vv_error *err)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	const vv_status rc = vv_stored_get(&h->place, VV_STORED_LIST, pack, 0,
					   VV_HOST_LIST_BYTES + 1, &bytes, err);

	if (rc == VV_OK) return vv_write_file(path, vv_buf_cstr(&bytes), bytes.len, false, err);
	return is_absent(rc) ? vv_unlink(path, true, err) : rc;
}

/* The list of a pack into the catalog: from an earlier run, else from the place. *sound false: it is not there, or
 * damaged, or condemned. */
static vv_status load_list(vv_host *h, const vv_cid *pack, bool *sound, vv_error *err)
{
	const vv_host_name name = {.key = *pack};
	const vv_oid id = id_of(pack);
	vv_auto(char) *path = vv_host_list_path(h, pack);
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_host_list list;
	vv_status rc = vv_alloc_ok(path, err);

	*sound = rc == VV_OK && vv_cid_set_has(&h->listed, pack);
	if (rc < 0 || *sound || vv_host_is_ruin(h, pack) ||
	    vv_cid_set_has(&h->condemned.packs, pack)) {
		return rc;
	}
	if (vv_read_regular(&bytes, path, VV_HOST_LIST_BYTES, VV_IGNORED) < 0 ||
	    vv_host_list_read(&list, bytes.data, bytes.len, VV_IGNORED) < 0) {
		vv_buf_reset(&bytes);
		if ((rc = fetch_list(h, pack, path, err)) < 0) return rc;
		rc = vv_read_regular(&bytes, path, VV_HOST_LIST_BYTES + 1, err);
		if (rc < 0) return vv_missing_ok(rc, err);
	}
	if ((rc = vv_host_take_list(h, &name, &id, &bytes, sound, err)) < 0 || !*sound) return rc;
	if ((rc = vv_cid_set_note(&h->listed, pack, err)) < 0) return rc;
	return note_parts(h, &bytes, err);
}

typedef struct bringing {
	vv_host *h;
	const vv_cids *lists;
	const vv_older_pack *older;
} bringing;

/* A list that is not here into its file; one that is absent, or damaged, is found out by load_list. */
static vv_status bring_list(void *payload, size_t i, vv_error *err)
{
	const bringing *b = payload;
	const size_t count = b->lists->count;
	const vv_cid *pack = i < count ? &b->lists->items[i] : &b->older[i - count].key;
	vv_auto(char) *path = vv_host_list_path(b->h, pack);

	if (!path) return vv_fail_nomem(err);
	if (b->h->anew ? vv_cid_set_has(&b->h->listed, pack) : vv_exists(path)) {
		return VV_OK;
	}
	return fetch_list(b->h, pack, path, err);
}

vv_status vv_files_each(vv_host *h, size_t count, vv_at_once_fn fn, void *payload, const char *what,
			vv_error *err)
{
	const vv_at_once all = {.threads = vv_place_gets(&h->place),
				.count = count,
				.fn = fn,
				.payload = payload,
				.progress = what ? h->progress : NULL,
				.what = what};
	return vv_at_once_run(&all, err);
}

/* Those of older packs come with the others, and are not looked at. */
static vv_status take_lists(vv_host *h, const vv_cids *lists, const vv_older_pack *older,
			    size_t older_count, bool *sound, vv_error *err)
{
	bringing b = {h, lists, older};
	vv_status rc = vv_files_each(h, lists->count + older_count, bring_list, &b, "lists", err);
	bool fine;

	*sound = true;
	for (size_t i = 0; rc == VV_OK && i < lists->count; i++) {
		rc = load_list(h, &lists->items[i], &fine, err);
		*sound = *sound && fine;
	}
	return rc;
}

vv_status vv_files_take_lists(vv_host *h, const vv_cids *lists, bool *sound, vv_error *err)
{
	return take_lists(h, lists, NULL, 0, sound, err);
}

vv_status vv_files_version(vv_host *h, const vv_cid *root, vv_version_packs *out, bool *sound,
			   vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc = vv_stored_get(&h->place, VV_STORED_VERSION, root, 0, VV_VERSION_FILE_MAX,
				     &text, err);

	if (rc < 0) return rc;
	rc = vv_text_check_mark(vv_buf_cstr(&text), vv_version_mark,
				vv_stored_shows(VV_STORED_VERSION, root), err);
	if (rc == VV_ENOSUPPORT) return vv_prefix(err, "%s", vv_text_url(h->url));
	return vv_version_file_read(out, root, vv_buf_cstr(&text), text.len, sound, err);
}

typedef struct reading {
	vv_host *h;
	const vv_cid *roots;
	vv_version_file *items;
} reading;

static vv_status read_version(void *payload, size_t i, vv_error *err)
{
	const reading *r = payload;
	vv_version_file *f = &r->items[i];
	const vv_status rc = vv_files_version(r->h, &r->roots[i], &f->names, &f->sound, err);

	f->there = rc == VV_OK;
	f->sound = f->there && f->sound;
	return vv_error_excuse(rc, is_absent(rc), err);
}

vv_status vv_files_versions(vv_host *h, const vv_cid *roots, size_t count, vv_version_file *items,
			    vv_error *err)
{
	reading r = {h, roots, items};
	return vv_files_each(h, count, read_version, &r, "versions", err);
}

static vv_status load_version(vv_host *h, const vv_cid *root, vv_error *err)
{
	vv_auto(vv_version_packs) v = {0};
	bool sound = true;

	if (vv_cid_set_has(&h->condemned.versions, root)) return VV_OK;
	vv_status rc = vv_files_version(h, root, &v, &sound, err);
	if (rc < 0) return vv_error_excuse(rc, is_absent(rc), err);
	if (sound && (rc = vv_seek_note(h, &v, err)) == VV_OK &&
	    (rc = vv_older_note(h, &v, err)) == VV_OK) {
		rc = take_lists(h, &v.packs, v.older, h->many && !h->anew ? v.older_count : 0,
				&sound, err);
	}
	return rc == VV_OK && sound ? vv_cid_set_note(&h->versions, root, err) : rc;
}

/* --- all of it ------------------------------------------------------------------------------- */

static int compare_files(const void *a, const void *b)
{
	const vv_stored *x = a, *y = b;

	if (x->size != y->size) return x->size > y->size ? -1 : 1;
	return vv_cid_compare(&x->key, &y->key);
}

/* The list of a joined pack is longer than those of its parts, so longer ones are read first, and lists of packs
 * that they name are not needed. */
#define SHORTER 8u

vv_status vv_files_take_sorted(vv_host *h, const vv_stored_files *lists, bool *sound, vv_error *err)
{
	vv_auto(vv_cids) next = {0};
	bool fine;
	vv_status rc;

	if (lists->count > 0) {
		qsort(lists->items, lists->count, sizeof(*lists->items), compare_files);
	}
	for (size_t i = 0; i < lists->count;) {
		const uint64_t least = lists->items[i].size / SHORTER;
		next.count = 0;
		for (; i < lists->count && lists->items[i].size >= least; i++) {
			const vv_cid *key = &lists->items[i].key;
			const bool unread = !h->anew && vv_cid_set_has(&h->joined, key);
			if (!vv_cid_set_has(&h->condemned.packs, key) &&
			    (rc = vv_cids_add(unread ? &h->unread : &next, key, err)) < 0) {
				return rc;
			}
		}
		if ((rc = vv_files_take_lists(h, &next, &fine, err)) < 0) return rc;
		*sound = *sound && fine;
	}
	return VV_OK;
}

/* Lists that were left out so far: those whose blocks a joined pack has, or an index: where something is lacking. */
static vv_status take_left(vv_host *h, vv_cids *left, vv_error *err)
{
	if (left->count == 0) return VV_OK;
	const vv_status rc = vv_files_take_lists(h, left, &(bool){false}, err);

	left->count = rc < 0 ? left->count : 0;
	return rc;
}

vv_status vv_files_take_older(vv_host *h, vv_error *err)
{
	vv_auto(vv_cids) names = {0};
	uint64_t len;
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < vv_cid_map_count(&h->older); i++) {
		if (vv_older_is_unread(h, i, &len)) {
			rc = vv_cids_add(&names, vv_cid_map_cid(&h->older, i), err);
		}
	}
	rc = rc < 0 ? rc : vv_files_take_lists(h, &names, &(bool){false}, err);
	if (rc < 0) return rc;
	vv_cid_map_reset(&h->older); /* what did not come is not there */
	return VV_OK;
}

vv_status vv_files_take_parts(vv_host *h, vv_error *err)
{
	vv_status rc = vv_files_look_at_all(h, err);

	for (size_t i = 0; rc == VV_OK && !h->all && i < vv_cid_set_count(&h->joined); i++) {
		const vv_cid *key = vv_cid_set_at(&h->joined, i);
		rc = vv_cid_set_has(&h->listed, key) ? VV_OK : vv_cids_add(&h->unread, key, err);
	}
	return rc < 0 ? rc : take_left(h, &h->unread, err);
}

static bool is_whole(const vv_host *h, const vv_version_file *f)
{
	bool whole = f->sound;

	for (size_t i = 0; whole && i < f->names.packs.count; i++) {
		whole = vv_cid_set_has(&h->listed, &f->names.packs.items[i]);
	}
	return whole;
}

/* Those of which the file is sound, and all lists are. */
static vv_status judge_versions(vv_host *h, const vv_cids *roots, vv_error *err)
{
	vv_auto_free vv_version_file *files = vv_calloc(roots->count + 1, sizeof(*files));
	vv_status rc = files ? vv_files_versions(h, roots->items, roots->count, files, err)
			     : vv_fail_nomem(err);

	for (size_t i = 0; files && i < roots->count; i++) {
		if (rc == VV_OK && is_whole(h, &files[i]) &&
		    (rc = vv_seek_note(h, &files[i].names, err)) == VV_OK) {
			rc = vv_cid_set_note(&h->versions, &roots->items[i], err);
		}
		vv_version_packs_clear(&files[i].names);
	}
	return rc;
}

/* Versions first: the lists of one that is seen are seen, too. */
vv_status vv_files_look_at_all(vv_host *h, vv_error *err)
{
	vv_auto(vv_stored_files) versions = {0}, lists = {0};
	vv_auto(vv_cids) roots = {0};
	bool sound = true;
	vv_status rc;

	if (h->all || h->unlistable) return VV_OK;
	if ((rc = vv_stored_list(&versions, &h->place, VV_STORED_VERSION, err)) == VV_OK) {
		rc = vv_stored_list(&lists, &h->place, VV_STORED_LIST, err);
	}
	h->all = rc == VV_OK;
	h->unlistable = rc == VV_EREFUSED || rc == VV_ENOSUPPORT;
	rc = vv_error_excuse(rc, h->unlistable, err);
	for (size_t i = 0; rc == VV_OK && i < versions.count; i++) {
		const vv_cid *root = &versions.items[i].key;
		if (!vv_cid_set_has(&h->condemned.versions, root)) {
			rc = h->anew ? vv_cids_add(&roots, root, err)
				     : vv_cid_set_note(&h->versions, root, err);
		}
	}
	rc = rc < 0 ? rc : vv_files_take_sorted(h, &lists, &sound, err);
	if (rc == VV_OK && h->anew) return judge_versions(h, &roots, err);
	if (rc == VV_OK && !sound) { /* which versions needed it is in their files alone */
		vv_cid_set_reset(&h->versions);
		h->damaged_list = true;
	}
	return rc;
}

/* *made false: the pack is damaged, too. */
static vv_status make_list(vv_host *h, const vv_cid *pack, bool *made, vv_error *err)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT, list = VV_BUF_INIT;
	vv_status rc = vv_stored_get(&h->place, VV_STORED_PACK, pack, 0, VV_HOST_PACK_MAX, &bytes,
				     err);

	*made = false;
	if (rc == VV_OK) {
		rc = vv_host_is_named_rightly(pack, &bytes)
			     ? vv_host_list_of(&list, pack->digest, vv_buf_cstr(&bytes), bytes.len,
					       err)
			     : VV_ECORRUPT;
	}
	if (rc < 0) return vv_error_excuse(rc, is_absent(rc) || rc == VV_ECORRUPT, err);
	if ((rc = vv_stored_put(&h->place, VV_STORED_LIST, pack, &list, err)) < 0 ||
	    (rc = vv_host_keep_list(h, &list, pack, err)) < 0) {
		return rc;
	}
	vv_host_forget_ruin(h, pack);
	return load_list(h, pack, made, err);
}

vv_status vv_files_mend_lists(vv_host *h, vv_error *err)
{
	vv_auto(vv_stored_files) packs = {0};
	size_t again = 0;
	bool made = false;

	if (!h->all) return VV_OK;
	vv_status rc = vv_stored_list(&packs, &h->place, VV_STORED_PACK, err);
	for (size_t i = 0; rc == VV_OK && i < packs.count; i++) {
		const vv_host_name name = {.key = packs.items[i].key};
		if (vv_cid_set_has(&h->listed, &name.key) ||
		    vv_cid_set_has(&h->condemned.packs, &name.key)) {
			continue;
		}
		rc = make_list(h, &name.key, &made, err);
		again += made;
		rc = rc == VV_OK && !made ? vv_host_note_ruin(h, &name, err) : rc;
	}
	if (rc < 0 || again == 0) return rc;
	vv_notes_put(h->notes, "%s of '%s' %s missing or damaged: rebuilt from %s",
		     vv_text_counted(again, "list", NULL), vv_text_url(h->url),
		     again == 1 ? "was" : "were", again == 1 ? "its pack" : "their packs");
	/* versions may be whole by these, and ruins are fewer */
	vv_files_begin_anew(h);
	return vv_files_look_at_all(h, err);
}

vv_status vv_files_look(vv_host *h, const vv_cid *root, bool *there, vv_error *err)
{
	vv_status rc = VV_OK;

	if (!vv_host_is_place(h)) { /* a ref has no files of versions: packs go children first */
		*there = vv_host_has(h, root);
		return VV_OK;
	}
	if (!h->all && !vv_cid_set_has(&h->versions, root)) {
		rc = ++h->asked > ASKED_ONE_BY_ONE ? vv_files_look_at_all(h, err) : VV_OK;
	}
	if (rc == VV_OK && (!h->all || h->damaged_list) && !vv_cid_set_has(&h->versions, root)) {
		rc = load_version(h, root, err);
	}
	*there = rc == VV_OK && vv_cid_set_has(&h->versions, root);
	return rc;
}

static vv_status end_seek(vv_host *h, vv_error *err);

/* The newest version of a history comes last, and its file shows the others. */
vv_status vv_files_look_for(vv_host *h, const vv_cid *cids, size_t count, vv_error *err)
{
	bool there = true, lacks = false;
	vv_status rc = end_seek(h, err);

	h->many = count > ASKED_ONE_BY_ONE;
	for (size_t i = count; rc == VV_OK && i-- > 0;) {
		if (!vv_catalog_find(h->catalog, &cids[i], NULL, NULL) && i >= ASKED_ONE_BY_ONE) {
			rc = vv_files_take_older(h, err);
		}
		if (rc < 0 || vv_catalog_find(h->catalog, &cids[i], NULL, NULL)) {
			continue;
		}
		rc = cids[i].codec == VV_CODEC_DAG_CBOR ? vv_files_look(h, &cids[i], &there, err)
							: vv_files_look_at_all(h, err);
		if (rc == VV_OK && !there) { /* a version without a file, or no version's root */
			rc = vv_files_look_at_all(h, err);
		}
		lacks = lacks || !vv_catalog_find(h->catalog, &cids[i], NULL, NULL);
	}
	return rc == VV_OK && lacks ? take_left(h, &h->unread, err) : rc;
}

/* All of it, which was fetched: what cannot be read is not there. */
static vv_status get_blob(vv_host *h, const vv_host_pack *p, vv_buf *out, vv_error *err)
{
	vv_status rc = vv_blob_read(h->scratch, &p->blob, VV_HOST_PACK_MAX, out, err);

	return rc < 0 && rc != VV_ENOMEM ? vv_recode(err, VV_ENOTFOUND) : rc;
}

vv_status vv_files_get_part(vv_host *h, const vv_host_pack *p, uint64_t from, uint64_t len,
			    vv_buf *out, vv_error *err)
{
	const size_t before = out->len;

	if (!vv_host_is_place(h)) return get_blob(h, p, out, err);
	vv_status rc = vv_stored_get(&h->place, VV_STORED_PACK, &p->key, from, len, out, err);
	if (rc == VV_OK && out->len - before < len) {
		return vv_fail(err, VV_ENOTFOUND, "'%s' is cut short",
			       vv_stored_shows(VV_STORED_PACK, &p->key));
	}
	return rc == VV_EREFUSED ? vv_recode(err, VV_ENOTFOUND) : rc;
}

vv_status vv_files_shows_end(vv_host *h, const vv_host_pack *p, bool *shows, vv_error *err)
{
	uint8_t end[VV_PACK_TRAILER_LEN] = VV_PACK_END;
	vv_auto(vv_buf) got = VV_BUF_INIT;

	*shows = false;
	if (p->len < sizeof(end)) return VV_OK;
	vv_status rc = vv_stored_get(&h->place, VV_STORED_PACK, &p->key, p->len - sizeof(end),
				     sizeof(end) + 1, &got, err);
	if (rc < 0) return vv_error_excuse(rc, is_absent(rc), err);
	vv_put_le64(end + 8, p->blocks);
	vv_put_le64(end + 16, p->len);
	memcpy(end + 24, p->key.digest, VV_PACK_HASH_LEN);
	*shows = got.len == sizeof(end) && memcmp(vv_buf_cstr(&got), end, sizeof(end)) == 0;
	return VV_OK;
}

/* --- single blocks, by indexes ------------------------------------------------------------------ */

#define HEAD_BYTES ((size_t)16 << 10)

vv_status vv_seek_note(vv_host *h, const vv_version_packs *v, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; i < v->packs.count; i++) {
		const vv_cid *index = &v->indexes.items[i];
		if (!vv_cid_is_null(index) &&
		    (rc = vv_seek_add(&h->seek, &v->packs.items[i], index, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* --- reading ------------------------------------------------------------------------------------- */

/* A missing or damaged part of an index makes it unused, without a failure. */
static vv_status give_up(vv_seek_file *f, vv_status rc, vv_error *err)
{
	const bool useless = is_absent(rc) || rc == VV_ECORRUPT;

	f->useless = f->useless || useless;
	return vv_error_excuse(rc, useless, err);
}

static vv_status get_of(vv_host *h, size_t i, uint64_t from, size_t len, vv_buf *out, vv_error *err)
{
	return vv_stored_get(&h->place, VV_STORED_INDEX, &h->seek.names.items[i], from, len, out,
			     err);
}

static vv_status read_head(vv_host *h, size_t i, vv_error *err)
{
	vv_seek_file *f = &h->seek.files[i];
	vv_status rc;

	if ((rc = get_of(h, i, 0, HEAD_BYTES, &f->head, err)) < 0 ||
	    (rc = vv_multi_index_begin(&f->m, f->head.data, f->head.len, err)) < 0) {
		return rc;
	}
	if (f->head.len < f->m.head_len &&
	    (rc = get_of(h, i, f->head.len, f->m.head_len - f->head.len, &f->head, err)) < 0) {
		return rc;
	}
	return vv_multi_index_read(&f->m, f->head.data, f->head.len, err);
}

typedef struct asking {
	vv_host *h;
	const vv_cid *cid;
} asking;

static vv_status find_in(const asking *a, size_t i, vv_error *err)
{
	vv_seek_file *f = &a->h->seek.files[i];
	vv_auto(vv_buf) part = VV_BUF_INIT;
	size_t packs[VV_MULTI_FOUND], len;
	uint64_t from;
	vv_status rc = f->head.len > 0 ? VV_OK : read_head(a->h, i, err);

	rc = rc < 0 ? rc : vv_multi_index_range(&f->m, a->cid, &from, &len, err);
	if (rc < 0 || len == 0) return rc;
	if (from + len <= f->head.len) { /* a small one came with its head */
		vv_buf_put(&part, f->head.data + from, len);
		rc = vv_buf_ok(&part, err);
	} else {
		rc = get_of(a->h, i, from, len, &part, err);
	}
	if (rc == VV_OK) {
		f->found_count = vv_multi_index_find(&f->m, part.data, part.len, a->cid, packs);
	}
	for (size_t k = 0; k < f->found_count; k++) {
		f->found[k] = vv_pack_key(vv_multi_index_pack(&f->m, packs[k]));
	}
	if (rc == VV_OK && part.len != len) {
		rc = vv_fail(err, VV_ECORRUPT, "an index of packs is cut short");
	}
	return rc;
}

static vv_status ask_index(void *payload, size_t i, vv_error *err)
{
	const asking *a = payload;
	vv_seek_file *f = &a->h->seek.files[i];

	f->found_count = 0;
	return f->useless ? VV_OK : give_up(f, find_in(a, i, err), err);
}

static vv_status open_files(vv_seek *s, vv_error *err)
{
	while (s->file_count < s->names.count) {
		if (!vv_array_add(s->files, s->file_count, s->file_cap,
				  (vv_seek_file){.head = VV_BUF_INIT})) {
			return vv_fail_nomem(err);
		}
	}
	return VV_OK;
}

/* The lists of the packs that indexes name for it. */
static vv_status ask_indexes(vv_host *h, const vv_cid *cid, vv_error *err)
{
	asking a = {h, cid};
	vv_auto(vv_cids) packs = {0};
	vv_status rc = open_files(&h->seek, err);

	rc = rc < 0 ? rc : vv_files_each(h, h->seek.file_count, ask_index, &a, NULL, err);
	for (size_t i = 0; rc == VV_OK && i < h->seek.file_count; i++) {
		const vv_seek_file *f = &h->seek.files[i];
		for (size_t k = 0; rc == VV_OK && k < f->found_count; k++) {
			rc = vv_cids_add(&packs, &f->found[k], err);
		}
	}
	return rc < 0 ? rc : vv_files_take_lists(h, &packs, &(bool){false}, err);
}

/* Reads a version's file, and the whole lists of packs that no index has. */
static vv_status open_version(vv_host *h, const vv_cid *root, vv_error *err)
{
	vv_auto(vv_version_packs) v = {0};
	vv_auto(vv_cids) whole = {0};
	bool sound = false, added;
	vv_status rc = vv_cid_set_add(&h->seek.asked, root, &added, err);

	if (rc < 0 || !added) return rc;
	rc = vv_files_version(h, root, &v, &sound, err);
	rc = vv_error_excuse(rc, is_absent(rc), err);
	rc = rc == VV_OK && sound ? vv_seek_note(h, &v, err) : rc;
	for (size_t i = 0; rc == VV_OK && sound && i < v.packs.count; i++) {
		rc = vv_cids_add(vv_cid_is_null(&v.indexes.items[i]) ? &whole : &h->seek.packs,
				 &v.packs.items[i], err);
	}
	return rc < 0 ? rc : vv_files_take_lists(h, &whole, &sound, err);
}

/* A list that has it, into the catalog. */
static vv_status find_list(vv_host *h, const vv_cid *cid, bool *found, vv_error *err)
{
	vv_status rc = VV_OK;

	*found = vv_catalog_find(h->catalog, cid, NULL, NULL);
	if (!*found && h->seek.names.count > 0 && (rc = ask_indexes(h, cid, err)) == VV_OK) {
		*found = vv_catalog_find(h->catalog, cid, NULL, NULL);
	}
	if (rc < 0 || *found || cid->codec != VV_CODEC_DAG_CBOR ||
	    vv_cid_set_has(&h->seek.asked, cid) || (rc = open_version(h, cid, err)) < 0) {
		return rc;
	}
	if (!vv_catalog_find(h->catalog, cid, NULL, NULL) && h->seek.names.count > 0) {
		rc = ask_indexes(h, cid, err);
	}
	*found = rc == VV_OK && vv_catalog_find(h->catalog, cid, NULL, NULL);
	return rc;
}

/* Its base in another pack; null: none, or stored here. */
static vv_status base_outside(vv_host *h, const vv_cid *cid, vv_cid *base, vv_error *err)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_host_list list;
	size_t pack, at;

	memset(base, 0, sizeof(*base));
	(void)vv_catalog_find(h->catalog, cid, &pack, NULL);
	vv_status rc = vv_host_list_again(h, vv_catalog_pack(h->catalog, pack), &bytes, &list, err);
	if (rc == VV_OK && vv_host_list_find(&list, cid, &at)) {
		for (unsigned n = 0; n <= VV_CHAIN_MAX && at < list.count; n++) {
			at = vv_host_list_base_of(&list, at);
		}
		if (at >= list.count && at != VV_HOST_LIST_NONE) {
			*base = vv_host_list_base(&list, at - list.count);
		}
		if (!vv_cid_is_null(base) && vv_store_has(h->main, base)) {
			memset(base, 0, sizeof(*base));
		}
	}
	return rc;
}

vv_status vv_seek_block(vv_host *h, const vv_cid *cid, bool *found, vv_error *err)
{
	vv_cid now = *cid;
	vv_status rc = VV_OK;

	*found = true;
	for (unsigned n = 0; n <= VV_CHAIN_MAX && !vv_cid_is_null(&now); n++) {
		if ((rc = find_list(h, &now, found, err)) < 0 || !*found) return rc;
		const vv_cid of = now;
		if ((rc = base_outside(h, &of, &now, err)) < 0) return rc;
	}
	return rc;
}

/* Reads the other lists of the versions of vv_seek_block: the catalog then equals one without seeks. */
static vv_status end_seek(vv_host *h, vv_error *err)
{
	const bool any = h->seek.packs.count > 0;
	const vv_status rc = take_left(h, &h->seek.packs, err);

	return rc < 0 || !any ? rc : vv_host_prefer_sound(h, err);
}

/* --- writing --------------------------------------------------------------------------------- */

vv_status vv_files_remove_pack(vv_host *h, const vv_cid *pack, vv_error *err)
{
	const vv_status rc = vv_stored_remove(&h->place, VV_STORED_LIST, pack, err);
	return rc < 0 ? rc : vv_stored_remove(&h->place, VV_STORED_PACK, pack, err);
}

vv_status vv_files_put(vv_host *h, const vv_host_commit *c, vv_error *err)
{
	vv_status rc;

	if (h->sweeper && (rc = vv_sweeper_go_on(h->sweeper, false, err)) < 0) return rc;
	if (c->pack) {
		const vv_oid id = id_of(c->key);
		if ((rc = vv_stored_put(&h->place, VV_STORED_PACK, c->key, c->pack, err)) < 0 ||
		    (rc = vv_stored_put(&h->place, VV_STORED_LIST, c->key, c->list, err)) < 0 ||
		    (rc = vv_host_keep_list(h, c->list, c->key, err)) < 0) {
			return rc;
		}
		vv_host_forget_bad(h, &id);
		vv_host_forget_ruin(h, c->key);
		vv_host_note_sound(h, c->key, &id);
		if ((rc = load_list(h, c->key, &(bool){false}, err)) < 0) return rc;
	}
	for (size_t i = 0; i < c->removed_count; i++) {
		/* the same blocks make the same pack: it was written again just now */
		const bool again = c->pack && vv_cid_equal(&c->removed[i].key, c->key);
		if (!again && (rc = vv_files_remove_pack(h, &c->removed[i].key, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}
