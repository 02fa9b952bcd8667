/*
 * contents: the files of runs/.
 */
#include "cmd/vault/work/contents.h"

#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/vault/work/shard_source.h"
#include "repo/blocks/cache.h"
#include "repo/blocks/cid_map.h"
#include "repo/git/history/hidden_refs.h"

#define CACHE_MAX ((size_t)1 << 30)
#define UNPACKED_MAX                                                                               \
	((size_t)32                                                                                \
	 << 20) /* a chain of differences is walked once, not once for each of its items */
#define ITEM_BITS 40

typedef struct vv_run_reading {
	const vv_contents *contents;
	const vv_ledger_record *record;
} vv_run_reading;

/* --- the shards of a run ----------------------------------------------------------------------- */

static vv_status read_shard(void *payload, size_t i, vv_buf *out, vv_error *err)
{
	const vv_run_reading *r = payload;
	const vv_contents *c = r->contents;
	const vv_kept *k = vv_vault_shard_of(c->session->state, &r->record->shards[i].cid);

	if (!k) {
		return vv_fail(err, VV_EMISSING,
			       "a run names a shard that the vault does not have");
	}
	return vv_vault_shard_content(c->session, k, out, err);
}

/* An open stream uses memory for a shard and a decoder: the streams opened longest ago are closed. */
static void note_open(vv_contents *c, const vv_vault_run *run)
{
	const size_t old = c->open[c->next_open];

	if (old > 0) {
		vv_stream_in_close(c->runs[old - 1].in);
		c->runs[old - 1].in = NULL;
	}
	c->open[c->next_open] = 1 + (size_t)(run - c->runs);
	c->next_open = (c->next_open + 1) % VV_STREAMS_OPEN;
}

vv_status vv_contents_read(vv_contents *c, vv_vault_run *run, vv_error *err)
{
	if (!run->reading && !(run->reading = vv_calloc(1, sizeof(*run->reading)))) {
		return vv_fail_nomem(err);
	}
	run->reading->contents = c;
	if (run->in) return VV_OK;
	run->reading->record = run->record;
	vv_status rc = vv_stream_in_open(&run->in, run->record->shard_count, read_shard,
					 run->reading, err);
	if (rc == VV_OK) {
		note_open(c, run);
	}
	return rc;
}

/* --- cached indexes ------------------------------------------------------------------------ */

static char *cache_path(const vv_vault_session *s, const vv_ledger_record *r)
{
	return vv_vault_session_path(s, "runs", vv_cid_shows(&r->cid));
}

static bool take_part(const uint8_t **p, const uint8_t *end, vv_buf *out)
{
	uint64_t len;

	if ((size_t)(end - *p) < 8 || (len = vv_get_le64(*p)) > (size_t)(end - *p) - 8) {
		return false;
	}
	vv_buf_set(out, *p + 8, (size_t)len);
	*p += 8 + len;
	return !out->failed;
}

/* Two parts, each after its le64 length. */
static bool read_cache(const vv_vault_session *s, vv_vault_run *run, vv_buf *index)
{
	vv_auto(char) *path = cache_path(s, run->record);
	vv_auto(vv_buf) bytes = VV_BUF_INIT;

	bool fine = vv_read_regular(&bytes, path, CACHE_MAX, VV_IGNORED) == VV_OK;
	const uint8_t *p = (const uint8_t *)vv_buf_cstr(&bytes);
	const uint8_t *end = p + bytes.len;
	return fine && take_part(&p, end, index) && take_part(&p, end, &run->refs) && p == end;
}

static vv_status write_cache(const vv_vault_session *s, const vv_ledger_record *r,
			     const vv_buf *index, const vv_buf *refs, vv_error *err)
{
	const vv_buf *parts[2] = {index, refs};
	vv_auto(char) *path = cache_path(s, r), *dir = vv_vault_session_path(s, "runs", NULL);
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	uint8_t len[8];

	for (size_t i = 0; i < 2; i++) {
		vv_put_le64(len, parts[i]->len);
		vv_buf_put(&bytes, len, sizeof(len));
		vv_buf_put(&bytes, vv_buf_cstr(parts[i]), parts[i]->len);
	}
	vv_status rc = path && dir ? vv_buf_ok(&bytes, err) : vv_fail_nomem(err);
	if (rc == VV_OK && (rc = vv_mkdirs(dir, err)) == VV_OK) {
		vv_temp_sweep(dir, VV_WRITE_TEMP);
		rc = vv_write_file(path, bytes.data, bytes.len, false, err);
	}
	return rc;
}

/* --- all runs -------------------------------------------------------------------------------------- */

static void clear_run(vv_vault_run *r)
{
	vv_stream_in_close(r->in);
	vv_free(r->reading);
	vv_item_index_clear(&r->index);
	vv_buf_clear(&r->refs);
	memset(r, 0, sizeof(*r));
}

void vv_contents_close(vv_contents *c)
{
	vv_array_clear(c->runs, c->count, run, clear_run(run));
	vv_cid_map_free(c->known);
	vv_block_cache_free(c->unpacked);
	memset(c, 0, sizeof(*c));
}

static vv_status note_items(vv_contents *c, size_t run, vv_error *err)
{
	const vv_item_index *x = &c->runs[run].index;
	vv_status rc = VV_OK;

	for (size_t i = 0; i < x->count; i++) {
		if ((rc = vv_cid_map_put(c->known, &x->items[i].cid, (uint64_t)run << ITEM_BITS | i,
					 NULL, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

static vv_status new_run(vv_contents *c, const vv_ledger_record *r, vv_vault_run **out,
			 vv_error *err)
{
	if (!vv_array_add(c->runs, c->count, c->cap, (vv_vault_run){.record = r})) {
		return vv_fail_nomem(err);
	}
	*out = &c->runs[c->count - 1];
	return VV_OK;
}

/* Reads it from its shards. Notes an unreadable one. */
static vv_status read_index(vv_contents *c, vv_vault_run *run, vv_buf *index, vv_error *err)
{
	vv_status rc = vv_contents_read(c, run, err);

	if (rc < 0) return rc;
	rc = vv_stream_in_end(run->in, index, &run->refs, &run->why);
	if (rc == VV_ENOMEM) return vv_fail_nomem(err);
	run->lost = rc < 0;
	return rc < 0 ? VV_OK : write_cache(c->session, run->record, index, &run->refs, err);
}

/* Its last shard has the index; once that is retired another run has the rest of its content. */
static bool has_index(const vv_vault_state *s, const vv_ledger_record *r)
{
	const vv_kept *last = vv_vault_shard_of(s, &r->shards[r->shard_count - 1].cid);
	return last && !last->retired;
}

vv_status vv_contents_open(vv_contents *out, vv_vault_session *s, const vv_cid_set *without,
			   vv_error *err)
{
	vv_auto(vv_buf) index = VV_BUF_INIT;
	vv_status rc = VV_OK;

	*out = (vv_contents){.session = s, .known = vv_cid_map_new()};
	if (!out->known) {
		vv_contents_close(out);
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; rc == VV_OK && s->state && i < s->state->runs.count; i++) {
		const vv_ledger_record *r = s->state->runs.items[i];
		vv_vault_run *run;
		if ((rc = new_run(out, r, &run, err)) < 0 || !has_index(s->state, r) ||
		    (without && vv_cid_set_has(without, &r->cid))) {
			continue;
		}
		if (!read_cache(s, run, &index)) {
			vv_buf_reset(&index);
			vv_buf_reset(&run->refs);
			rc = read_index(out, run, &index, err);
		}
		if (rc == VV_OK && !run->lost &&
		    (rc = vv_item_index_read(&run->index, index.data, index.len, err)) == VV_OK) {
			rc = note_items(out, out->count - 1, err);
		}
	}
	if (rc < 0) {
		vv_contents_close(out);
	}
	return rc;
}

static bool is_of_run(const vv_contents *c, const char *name)
{
	return vv_array_find(c->runs, c->count, run,
			     run->index.count > 0 &&
				     strcmp(vv_cid_shows(&run->record->cid), name) == 0) != NULL;
}

vv_status vv_contents_sweep(const vv_contents *c, vv_error *err)
{
	vv_auto(char) *dir = vv_vault_session_path(c->session, "runs", NULL);
	vv_auto(vv_folder) f = {0};
	vv_status rc = dir ? vv_folder_read(&f, dir, true, err) : vv_fail_nomem(err);

	while (rc == VV_OK && vv_folder_next(&f)) {
		if (!is_of_run(c, f.name)) {
			rc = vv_unlink(f.path, true, err);
		}
	}
	return rc;
}

bool vv_contents_has(const vv_contents *c, const vv_cid *item)
{
	size_t at;
	return vv_cid_map_find(c->known, item, &at);
}

vv_status vv_contents_add(vv_contents *c, const vv_ledger_record *r, const vv_buf *index,
			  const vv_buf *refs, vv_error *err)
{
	vv_vault_run *run;
	vv_status rc;

	if ((rc = write_cache(c->session, r, index, refs, err)) < 0 ||
	    (rc = new_run(c, r, &run, err)) < 0 ||
	    (rc = vv_item_index_read(&run->index, index->data, index->len, err)) < 0) {
		return rc;
	}
	vv_buf_put(&run->refs, vv_buf_cstr(refs), refs->len);
	return note_items(c, c->count - 1, err);
}

static bool is_by(const vv_vault_run *r, const uint8_t *author)
{
	return !author || memcmp(r->record->author, author, VV_KEY_PUBLIC) == 0;
}

bool vv_vault_keeps_ref(const vv_ref *ref)
{
	return !ref->symbolic && strncmp(ref->name, "refs/remotes/", 13) != 0 &&
	       (strncmp(ref->name, "refs/varve/", 11) != 0 || vv_ref_is_head(ref->name) ||
		vv_ref_is_expired(ref->name));
}

const vv_vault_run *vv_contents_refs_of(const vv_contents *c, size_t count, const uint8_t *author)
{
	for (size_t i = count; i > 0; i--) {
		if (c->runs[i - 1].refs.len > 0 && is_by(&c->runs[i - 1], author)) {
			return &c->runs[i - 1];
		}
	}
	return NULL;
}

static vv_status add_tips(const vv_vault_run *run, vv_oids *out, vv_error *err)
{
	vv_status rc = VV_OK;

	for (vv_line l = {.rest = run->refs.data}; rc == VV_OK && vv_line_next(&l);) {
		vv_oid id;
		if (l.len > VV_OID_TEXT && vv_oid_parse(&id, l.text, VV_OID_TEXT)) {
			rc = vv_oids_add(out, &id, err);
		}
	}
	return rc;
}

/* Does the later of one author's records follow the other? What is between them may be missing: then it does. */
static bool follows_record(const vv_ledger *l, const vv_ledger_record *later,
			   const vv_ledger_record *earlier)
{
	const vv_ledger_author *a = vv_ledger_author_of(l, earlier->author);

	if (!a || !a->fork[0]) return true;
	while (later && later->sequence > earlier->sequence) {
		later = vv_ledger_find(l, &later->previous);
	}
	return !later || vv_cid_equal(&later->cid, &earlier->cid);
}

bool vv_contents_is_last(const vv_contents *c, const vv_vault_run *run, size_t count)
{
	vv_array_each(c->runs, run->refs.len > 0 ? count : 0, later) {
		if (later > run && later->refs.len > 0 && is_by(later, run->record->author) &&
		    follows_record(c->session->ledger, later->record, run->record)) {
			return false;
		}
	}
	return run->refs.len > 0;
}

vv_status vv_contents_tips(const vv_contents *c, vv_oids *out, vv_error *err)
{
	vv_status rc;
	vv_array_each(c->runs, c->count, run) {
		if (vv_contents_is_last(c, run, c->count) && (rc = add_tips(run, out, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* --- items ------------------------------------------------------------------------------------------ */

/* Finds the item's run and its offset; false: in no index. */
static bool find_item(vv_contents *c, const vv_cid *item, vv_vault_run **run, uint64_t *offset)
{
	uint64_t value;

	if (!vv_cid_map_get(c->known, item, &value)) return false;
	*run = &c->runs[value >> ITEM_BITS];
	const vv_item_place *at = &(*run)->index.items[value & (((uint64_t)1 << ITEM_BITS) - 1)];
	*offset = at->offset;
	return true;
}

const vv_kept *vv_contents_shard(vv_contents *c, const vv_cid *item)
{
	vv_vault_run *run;
	uint64_t offset;

	return find_item(c, item, &run, &offset) &&
			       offset / VV_SHARD_FULL < run->record->shard_count
		       ? vv_vault_shard_of(c->session->state,
					   &run->record->shards[offset / VV_SHARD_FULL].cid)
		       : NULL;
}

static vv_status read_item(vv_contents *c, const vv_cid *item, vv_vault_run **run,
			   vv_item_stored *out, vv_error *err)
{
	uint64_t offset;
	vv_status rc;

	if (!find_item(c, item, run, &offset)) {
		return vv_fail(err, VV_EMISSING,
			       "the vault does not have an item that another one needs");
	}
	if ((rc = vv_contents_read(c, *run, err)) < 0 ||
	    (rc = vv_stream_in_at((*run)->in, offset, out, err)) < 0) {
		return rc;
	}
	return vv_cid_equal(&out->cid, item)
		       ? VV_OK
		       : vv_fail(err, VV_ECORRUPT,
				 "an index of the vault is damaged: it leads to "
				 "another item");
}

vv_status vv_contents_block(vv_contents *c, vv_store *store, const vv_cid *cid, vv_buf *out,
			    vv_error *err)
{
	vv_status rc = vv_store_get(store, cid, out, err);

	return rc < 0 && rc != VV_ENOMEM && vv_contents_has(c, cid) &&
			       vv_contents_get(c, cid, out, VV_IGNORED) == VV_OK
		       ? VV_OK
		       : rc;
}

vv_oid vv_item_oid(const vv_cid *item)
{
	vv_oid id;

	memcpy(id.id, item->digest, sizeof(id.id));
	return id;
}

vv_status vv_contents_here(vv_contents *c, vv_store *store, vv_item_kind kind, const vv_cid *item,
			   vv_buf *out, vv_error *err)
{
	const vv_oid id = vv_item_oid(item);

	return kind < VV_ITEM_COMMIT ? vv_store_get(store, item, out, err)
				     : vv_git_object_bytes(c->session->repo, vv_item_git_type(kind),
							   &id, VV_ITEM_MAX, out, err);
}

vv_status vv_contents_base(vv_contents *c, const vv_cid *item, vv_cid *base, vv_error *err)
{
	vv_vault_run *run;
	vv_item_stored s;
	vv_status rc = read_item(c, item, &run, &s, err);

	if (rc == VV_OK) {
		*base = s.base;
	}
	return rc;
}

static bool is_erased(const vv_erased *e, const vv_item_place *at)
{
	const vv_oid id = vv_item_oid(&at->cid);

	return at->kind < VV_ITEM_COMMIT ? vv_erased_has_cid(e, &at->cid)
					 : vv_erased_has_oid(e, &id);
}

vv_status vv_contents_erased(const vv_contents *c, const vv_erased *e, vv_cid_set *set,
			     vv_error *err)
{
	vv_array_each(c->runs, c->count, run) {
		vv_array_each(run->index.items, run->index.count, at) {
			const vv_status rc = is_erased(e, at)
						     ? vv_cid_set_add(set, &at->cid, NULL, err)
						     : VV_OK;
			if (rc < 0) return rc;
		}
	}
	return VV_OK;
}

#define CHAIN_LONGEST 100000u

/* The item at the end of the chain, whose base has the bytes of under (NULL: it has none). */
static vv_status expand_item(vv_contents *c, const vv_cid *item, const vv_blob *under, vv_buf *out,
			     vv_error *err)
{
	vv_vault_run *run;
	vv_item_stored s;
	vv_status rc = read_item(c, item, &run, &s, err);

	if (rc < 0) return rc;
	return under ? vv_stream_in_expand(run->in, &s, under->bytes, under->len, out, err)
		     : vv_stream_in_expand(run->in, &s, NULL, 0, out, err);
}

/* *under becomes the item's bytes, for items stored as differences to it. */
static vv_status keep_unpacked(vv_contents *c, const vv_cid *item, const vv_buf *bytes,
			       vv_blob **under, vv_error *err)
{
	vv_blob *b = vv_blob_new(item, bytes->len);

	if (!b) return vv_fail_nomem(err);
	if (bytes->len > 0) {
		memcpy(b->bytes, bytes->data, bytes->len);
	}
	vv_block_cache_put(c->unpacked, b);
	vv_blob_unref(*under);
	*under = b;
	return VV_OK;
}

/* Lists the item, its base, the base's base, and so on, up to one unpacked lately (*under). */
static vv_status list_chain(vv_contents *c, const vv_cid *item, vv_cid **chain, size_t *count,
			    vv_blob **under, vv_error *err)
{
	vv_cid next = *item;
	vv_vault_run *run;
	vv_item_stored s;
	size_t cap = 0;
	vv_status rc;

	while (!vv_cid_is_null(&next) && !(*under = vv_block_cache_get(c->unpacked, &next))) {
		if (*count == CHAIN_LONGEST) {
			return vv_fail(err, VV_ECORRUPT,
				       "items of the vault depend on each other in a circle");
		}
		if (!vv_array_add(*chain, *count, cap, next)) return vv_fail_nomem(err);
		if ((rc = read_item(c, &next, &run, &s, err)) < 0) return rc;
		next = s.base;
	}
	return VV_OK;
}

vv_status vv_contents_get(vv_contents *c, const vv_cid *item, vv_buf *out, vv_error *err)
{
	vv_auto_free vv_cid *chain = NULL;
	vv_auto(vv_blob) *under = NULL;
	size_t count = 0;
	vv_status rc;

	if (!c->unpacked && !(c->unpacked = vv_block_cache_new(UNPACKED_MAX))) {
		return vv_fail_nomem(err);
	}
	if ((rc = list_chain(c, item, &chain, &count, &under, err)) < 0) return rc;
	if (count == 0) {
		vv_buf_set(out, under->bytes, under->len);
		rc = vv_buf_ok(out, err);
	}
	for (size_t i = count; rc == VV_OK && i > 0; i--) {
		if ((rc = expand_item(c, &chain[i - 1], under, out, err)) == VV_OK) {
			rc = keep_unpacked(c, &chain[i - 1], out, &under, err);
		}
	}
	return rc;
}
