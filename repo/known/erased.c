/*
 * erased: the lines of the file, and the hashed bytes.
 *
 * 	erased list 1
 * 	SECRET                      32 random bytes
 * 	id 0 0 MAC                  "i" and the text of an id
 * 	value FOLD LENGTH MAC       "v", FOLD and the plain value, which has LENGTH bytes
 * 	column FOLD LENGTH MAC      "c", FOLD, the name of a column, a NUL and the plain value
 * 	sum MAC                     all bytes before this line
 *
 * Bytes are in lower-case hex. MAC is the HMAC-SHA-256 of the bytes under SECRET. FOLD has the bits of
 * vv_erased_fold.
 */
#include "repo/known/erased.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/codec.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/path.h"
#include "base/secret.h"
#include "base/show.h"
#include "base/signature/hmac_key.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/blocks/cbor.h"
#include "repo/blocks/reach.h"
#include "repo/git/history/refs.h"
#include "repo/git/objects/range.h"
#include "repo/git/tree_internal.h"

#define NAME "erased"
#define SETTING "varve.erased"
#define FIRST_LINE "erased list 1\n"
#define FIRST_WORDS "erased list "
#define SUM_LINE "sum "
#define SECRET_LEN 32u
#define MAC_HEX ((size_t)2 * VV_SHA256_LEN)
#define FILE_MAX ((size_t)1 << 30)

typedef enum entry_kind { ID = 'i', VALUE = 'v', COLUMN = 'c' } entry_kind;

typedef struct entry {
	uint8_t mac[VV_SHA256_LEN];
	uint32_t len; /* bytes of the plain value */
	char kind, fold;
} entry;

/* Values of other lengths need no HMAC. */
typedef struct length {
	uint32_t len;
	char kind, fold;
} length;

typedef struct list {
	uint8_t secret[SECRET_LEN];
	vv_hmac_key *hmac; /* of the secret */
	entry *items;      /* by mac, except while entries are added */
	size_t count, cap;
	length *lengths;
	size_t length_count, length_cap;
} list;

struct vv_erased {
	list lists[2];
	size_t count;
};

void vv_erased_close(vv_erased *e)
{
	if (!e) return;
	vv_array_each(e->lists, e->count, l) {
		vv_hmac_key_free(l->hmac);
		vv_free_all(l->items, l->lengths);
	}
	vv_wipe(e, sizeof(*e));
	vv_free(e);
}

static char *own_file(vv_repository *r)
{
	return vv_path_join(vv_repository_varvedir(r), NAME, (char *)NULL);
}

/* --- entries ------------------------------------------------------------------------------------- */

static int by_mac(const void *a, const void *b)
{
	return memcmp(a, b, VV_SHA256_LEN);
}

static const entry *find_entry(const list *l, const entry *like)
{
	return l->count > 0 ? bsearch(like, l->items, l->count, sizeof(*like), by_mac) : NULL;
}

/* Also removes repeated entries. */
static void sort_entries(list *l)
{
	size_t kept = 0;

	if (l->count > 0) {
		qsort(l->items, l->count, sizeof(*l->items), by_mac);
	}
	vv_array_each(l->items, l->count, it) {
		if (kept == 0 || by_mac(it, &l->items[kept - 1]) != 0) {
			l->items[kept++] = *it;
		}
	}
	l->count = kept;
}

static bool has_length(const list *l, const length *like)
{
	return vv_array_find(l->lengths, l->length_count, it,
			     it->len == like->len && it->kind == like->kind &&
				     it->fold == like->fold) != NULL;
}

static vv_status add_entry(list *l, const entry *e, vv_error *err)
{
	const length len = {e->len, e->kind, e->fold};

	if (!vv_array_add(l->items, l->count, l->cap, *e)) return vv_fail_nomem(err);
	if (e->kind == ID || has_length(l, &len)) return VV_OK;
	return vv_array_add(l->lengths, l->length_count, l->length_cap, len) ? VV_OK
									     : vv_fail_nomem(err);
}

/* --- HMACs --------------------------------------------------------------------------------------- */

static vv_status hash_id(entry *out, const list *l, const char *text, vv_error *err)
{
	char bytes[1 + VV_CID_TEXT + 1] = {ID};
	const size_t len = strlen(text);

	memcpy(bytes + 1, text, len);
	*out = (entry){.kind = ID, .fold = '0'};
	return vv_hmac_key_sum(out->mac, l->hmac, bytes, 1 + len, err);
}

static vv_status hash_value(entry *out, const list *l, unsigned fold, const char *column,
			    const char *text, size_t len, vv_error *err)
{
	vv_auto(vv_secret_buf) bytes = VV_BUF_INIT;
	vv_status rc;

	*out = (entry){
		.kind = column ? COLUMN : VALUE, .fold = (char)('0' + fold), .len = (uint32_t)len};
	vv_buf_putc(&bytes, out->kind);
	vv_buf_putc(&bytes, out->fold);
	if (column) {
		vv_buf_put(&bytes, column, strlen(column) + 1);
	}
	vv_buf_put(&bytes, text, len);
	if ((rc = vv_buf_ok(&bytes, err)) < 0) return rc;
	return vv_hmac_key_sum(out->mac, l->hmac, bytes.data, bytes.len, err);
}

static bool has_id(const vv_erased *e, const char *text)
{
	entry like;

	for (size_t i = 0; i < e->count; i++) {
		if (hash_id(&like, &e->lists[i], text, VV_IGNORED) < 0 ||
		    find_entry(&e->lists[i], &like)) {
			return true;
		}
	}
	return false;
}

bool vv_erased_has_oid(const vv_erased *e, const vv_oid *id)
{
	char text[VV_OID_TEXT + 1];

	vv_oid_text(text, id);
	return has_id(e, text);
}

bool vv_erased_has_cid(const vv_erased *e, const vv_cid *cid)
{
	char text[VV_CID_TEXT + 1];

	vv_cid_text(text, cid);
	return has_id(e, text);
}

vv_status vv_erased_lengths(vv_erased_length_fn fn, void *payload, const vv_erased *e,
			    unsigned fold, vv_error *err)
{
	vv_status rc = VV_OK;

	vv_array_each(e->lists, e->count, l) {
		for (size_t i = 0; rc == VV_OK && i < l->length_count; i++) {
			if (l->lengths[i].fold == (char)('0' + fold)) {
				rc = fn(payload, l->lengths[i].len, err);
			}
		}
	}
	return rc;
}

static bool list_has_value(const list *l, unsigned fold, const char *column, const char *text,
			   size_t len)
{
	const length like = {(uint32_t)len, column ? COLUMN : VALUE, (char)('0' + fold)};
	entry e;

	return has_length(l, &like) &&
	       (hash_value(&e, l, fold, column, text, len, VV_IGNORED) < 0 || find_entry(l, &e));
}

bool vv_erased_has_value(const vv_erased *e, unsigned fold, const char *column, const char *text,
			 size_t len)
{
	for (size_t i = 0; i < e->count; i++) {
		const list *l = &e->lists[i];

		if (list_has_value(l, fold, NULL, text, len) ||
		    (column && list_has_value(l, fold, column, text, len))) {
			return true;
		}
	}
	return false;
}

vv_hash128 vv_erased_stamp(const vv_erased *e)
{
	vv_hash128 stamp = {0, 0};

	for (size_t i = 0; i < e->count; i++) {
		const list *l = &e->lists[i];

		for (size_t k = 0; k < l->count; k++) {
			stamp = vv_xxh3_128(l->items[k].mac, VV_SHA256_LEN, stamp.lo ^ stamp.hi);
		}
	}
	return stamp;
}

/* --- the file ------------------------------------------------------------------------------------ */

static vv_status fail_damaged(const char *file, vv_error *err)
{
	return vv_fail(
		err, VV_ECORRUPT,
		"the list of erased data '%s' is damaged or not complete, so nothing can be "
		"compared with it\ncopy it again from a machine that has it; if none has it, remove "
		"it: its data can then come back",
		vv_text_shows(file));
}

static const char *const kind_words[] = {"id", "value", "column"};
static const char kinds[] = {ID, VALUE, COLUMN};

/* "KIND FOLD LENGTH MAC"; false: another line. */
static bool parse_line(entry *out, const char *line, size_t len)
{
	const size_t head = len > MAC_HEX ? len - MAC_HEX : 0; /* with the last blank */
	uint64_t bytes;

	for (size_t i = 0; i < sizeof(kinds); i++) {
		const size_t word = strlen(kind_words[i]);

		if (head < word + 5 || memcmp(line, kind_words[i], word) != 0) {
			continue;
		}
		const char *rest = line + word; /* " FOLD LENGTH " */
		*out = (entry){.kind = kinds[i], .fold = rest[1]};
		if (rest[0] != ' ' || rest[2] != ' ' || line[head - 1] != ' ' || out->fold < '0' ||
		    out->fold >= '0' + VV_ERASED_FOLDS ||
		    !vv_parse_u64(&bytes, rest + 3, head - word - 4) || bytes > UINT32_MAX) {
			return false;
		}
		out->len = (uint32_t)bytes;
		return vv_hex_read(out->mac, VV_SHA256_LEN, line + head);
	}
	return false;
}

static void put_entry(vv_buf *out, const entry *e)
{
	const size_t kind = vv_find_place(i, sizeof(kinds), kinds[i] == e->kind);

	vv_buf_printf(out, "%s %c %u ", kind_words[kind], e->fold, e->len);
	vv_hex_put(out, e->mac, VV_SHA256_LEN);
	vv_buf_putc(out, '\n');
}

/* The last line proves that no line is missing or changed. */
static bool is_complete(const list *l, const vv_buf *text, size_t end)
{
	uint8_t mac[VV_SHA256_LEN], there[VV_SHA256_LEN];
	const char *sum = text->data + end;

	return text->len == end + strlen(SUM_LINE) + MAC_HEX + 1 &&
	       memcmp(sum, SUM_LINE, strlen(SUM_LINE)) == 0 && text->data[text->len - 1] == '\n' &&
	       vv_hex_read(there, sizeof(there), sum + strlen(SUM_LINE)) &&
	       vv_hmac_sha256(mac, l->secret, SECRET_LEN, text->data, end, VV_IGNORED) == VV_OK &&
	       vv_secret_equal(mac, there, sizeof(mac));
}

static vv_status parse_list(list *l, const vv_buf *text, const char *file, vv_error *err)
{
	const size_t first = strlen(FIRST_LINE), tail = strlen(SUM_LINE) + MAC_HEX + 1;
	const size_t head = first + (size_t)2 * SECRET_LEN + 1;
	entry e;
	vv_status rc;

	if (text->len < head + tail || !vv_hex_read(l->secret, SECRET_LEN, text->data + first) ||
	    text->data[head - 1] != '\n' || !is_complete(l, text, text->len - tail)) {
		return fail_damaged(file, err);
	}
	if ((rc = vv_hmac_key_new(&l->hmac, l->secret, SECRET_LEN, err)) < 0) return rc;
	for (size_t at = head, len; at < text->len - tail; at += len + 1) {
		const char *end = memchr(text->data + at, '\n', text->len - at);

		len = (size_t)(end - text->data) - at; /* the text ends in a line end */
		if (!parse_line(&e, text->data + at, len)) return fail_damaged(file, err);
		if ((rc = add_entry(l, &e, err)) < 0) return rc;
	}
	sort_entries(l);
	return VV_OK;
}

static vv_status read_list(vv_erased *e, const char *file, vv_error *err)
{
	vv_auto(vv_secret_buf) text = VV_BUF_INIT;
	const vv_status rc = vv_read_file(&text, file, FILE_MAX, err);

	if (rc < 0) return rc;
	list *l = &e->lists[e->count++];
	if (text.len < strlen(FIRST_LINE) ||
	    memcmp(text.data, FIRST_LINE, strlen(FIRST_LINE)) == 0) {
		return parse_list(l, &text, file, err);
	}
	if (memcmp(text.data, FIRST_WORDS, strlen(FIRST_WORDS)) == 0) {
		return vv_fail(err, VV_ENOSUPPORT,
			       "the list of erased data '%s' was written by a newer version of "
			       "varve\nupdate varve",
			       vv_text_shows(file));
	}
	return fail_damaged(file, err);
}

static vv_status read_own(vv_erased *e, vv_repository *r, vv_error *err)
{
	vv_auto(char) *file = own_file(r);
	vv_stat st;
	const vv_status rc = file ? read_list(e, file, err) : vv_fail_nomem(err);

	if (rc != VV_ENOTFOUND) return rc;
	/* a link whose target is missing is a list that cannot be read */
	return vv_lstat(&st, file, VV_IGNORED) == VV_OK ? fail_damaged(file, err)
							: vv_missing_ok(rc, err);
}

static vv_status read_named(vv_erased *e, vv_repository *r, vv_error *err)
{
	vv_auto(char) *file = NULL;
	vv_status rc = vv_config_path(r, SETTING, &file, err);

	if (rc < 0) return vv_missing_ok(rc, err);
	rc = read_list(e, file, err);
	return rc < 0 ? vv_prefix(err, "the setting " SETTING) : rc;
}

vv_status vv_erased_open(vv_erased **out, vv_repository *r, vv_error *err)
{
	vv_auto(vv_erased) *e = vv_calloc(1, sizeof(*e));
	vv_status rc;

	*out = NULL;
	if (!e) return vv_fail_nomem(err);
	if ((rc = read_own(e, r, err)) < 0 || (rc = read_named(e, r, err)) < 0) return rc;
	*out = e->count > 0 ? vv_take(&e) : NULL;
	return VV_OK;
}

vv_status vv_erased_open_own(vv_erased **out, vv_repository *r, vv_error *err)
{
	vv_auto(vv_erased) *e = vv_calloc(1, sizeof(*e));
	vv_status rc;

	*out = NULL;
	if (!e) return vv_fail_nomem(err);
	if ((rc = read_own(e, r, err)) < 0) return rc;
	if (e->count == 0) {
		list *l = &e->lists[e->count++];

		vv_random(l->secret, SECRET_LEN);
		if ((rc = vv_hmac_key_new(&l->hmac, l->secret, SECRET_LEN, err)) < 0) return rc;
	}
	*out = vv_take(&e);
	return VV_OK;
}

static vv_status add_id(vv_erased *e, const char *text, vv_error *err)
{
	entry new_one;
	const vv_status rc = hash_id(&new_one, &e->lists[0], text, err);

	return rc < 0 ? rc : add_entry(&e->lists[0], &new_one, err);
}

vv_status vv_erased_add_oid(vv_erased *e, const vv_oid *id, vv_error *err)
{
	char text[VV_OID_TEXT + 1];

	vv_oid_text(text, id);
	return add_id(e, text, err);
}

vv_status vv_erased_add_cid(vv_erased *e, const vv_cid *cid, vv_error *err)
{
	char text[VV_CID_TEXT + 1];

	vv_cid_text(text, cid);
	return add_id(e, text, err);
}

vv_status vv_erased_add_value(vv_erased *e, unsigned fold, const char *column, const char *text,
			      size_t len, vv_error *err)
{
	entry new_one;
	const vv_status rc = hash_value(&new_one, &e->lists[0], fold, column, text, len, err);

	return rc < 0 ? rc : add_entry(&e->lists[0], &new_one, err);
}

static vv_status make_text(vv_buf *out, const list *l, vv_error *err)
{
	uint8_t mac[VV_SHA256_LEN];
	vv_status rc;

	vv_buf_puts(out, FIRST_LINE);
	vv_hex_put(out, l->secret, SECRET_LEN);
	vv_buf_putc(out, '\n');
	vv_array_each(l->items, l->count, it) {
		put_entry(out, it);
	}
	if ((rc = vv_buf_ok(out, err)) < 0 ||
	    (rc = vv_hmac_sha256(mac, l->secret, SECRET_LEN, out->data, out->len, err)) < 0) {
		return rc;
	}
	vv_buf_puts(out, SUM_LINE);
	vv_hex_put(out, mac, sizeof(mac));
	vv_buf_putc(out, '\n');
	return vv_buf_ok(out, err);
}

vv_status vv_erased_write(vv_erased *e, vv_repository *r, vv_error *err)
{
	vv_auto(vv_secret_buf) text = VV_BUF_INIT;
	vv_auto(vv_new_file) f = {.fd = -1};
	vv_auto(char) *file = own_file(r);
	vv_status rc;

	if (!file) return vv_fail_nomem(err);
	sort_entries(&e->lists[0]);
	if ((rc = make_text(&text, &e->lists[0], err)) < 0 ||
	    (rc = vv_mkdirs_above(file, err)) < 0 ||
	    (rc = vv_new_file_beside(&f, file, VV_WRITE_TEMP, err)) < 0 ||
	    (rc = vv_new_file_mode(&f, 0600, err)) < 0 ||
	    (rc = vv_new_file_put(&f, text.data, text.len, err)) < 0 ||
	    (rc = vv_new_file_end(&f, true, err)) < 0 ||
	    (rc = vv_new_file_place(&f, file, err)) < 0) {
		return rc;
	}
	return vv_fsync_dir(vv_repository_varvedir(r), err);
}

/* --- commits that come ---------------------------------------------------------------------------- */

/* The commit at hand. */
typedef struct search {
	const vv_erased *erased;
	vv_repository *repo;
	vv_oid commit;
} search;

static vv_status fail_erased(const vv_oid *commit, const char *path, vv_error *err)
{
	if (!path) {
		return vv_fail(err, VV_EREFUSED, "commit %.10s was erased", vv_oid_shows(commit));
	}
	return vv_fail(err, VV_EREFUSED, "commit %.10s has erased data in %s", vv_oid_shows(commit),
		       vv_text_shows(path));
}

static vv_status look_at_file(void *payload, const vv_change *c, vv_error *err)
{
	const search *s = payload;

	if (c->new_mode == 0 || !vv_erased_has_oid(s->erased, &c->new_id)) return VV_OK;
	return fail_erased(&s->commit, c->path, err);
}

static vv_status look_at_commits(search *s, vv_repository *r, const vv_oids *wants,
				 const vv_oids *haves, vv_error *err)
{
	vv_auto(vv_object_range) g = {0};
	vv_status rc = vv_object_range_open(&g, r, wants->items, wants->count, haves->items,
					    haves->count, err);

	for (size_t i = 0; rc == VV_OK && i < g.commits.count; i++) {
		vv_node *n = g.commits.items[i];
		const git_oid *before;

		s->commit = *vv_from_git(&n->id);
		if (vv_erased_has_oid(s->erased, &s->commit)) {
			return fail_erased(&s->commit, NULL, err);
		}
		if ((rc = vv_node_parent_tree(&before, g.walker, n, err)) == VV_OK) {
			rc = vv_tree_diff(r, before, &n->tree, "", look_at_file, s, err);
		}
	}
	for (size_t i = 0; rc == VV_OK && i < g.tag_count; i++) {
		if (vv_erased_has_oid(s->erased, vv_from_git(&g.tags[i]))) {
			return vv_fail(err, VV_EREFUSED, "tag %.10s was erased",
				       vv_oid_shows(vv_from_git(&g.tags[i])));
		}
	}
	return rc;
}

/* The set is the queue of the walk. */
static vv_status add_links(vv_cid_set *queue, vv_store *store, vv_incoming *in, const vv_cid *cid,
			   vv_error *err)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_status rc;

	if (!in && !vv_store_has(store, cid)) return VV_OK; /* nothing is fetched for this */
	rc = in ? vv_incoming_get(in, cid, &bytes, err) : vv_store_get(store, cid, &bytes, err);
	if (rc < 0) return vv_error_excuse(rc, rc == VV_EMISSING || rc == VV_ECORRUPT, err);
	return vv_cbor_links(bytes.data, bytes.len, vv_cid_set_note, queue, err);
}

vv_status vv_erased_refuse_root(const vv_erased *e, vv_repository *r, vv_incoming *in,
				const vv_cid *root, vv_error *err)
{
	vv_auto(vv_cid_set) *queue = vv_cid_set_new();
	vv_store *store = NULL;
	vv_status rc = in ? VV_OK : vv_repository_store(r, &store, err);

	if (!queue) return vv_fail_nomem(err);
	rc = rc < 0 ? rc : vv_cid_set_note(queue, root, err);
	for (size_t i = 0; rc == VV_OK && i < vv_cid_set_count(queue); i++) {
		const vv_cid cid = *vv_cid_set_at(queue, i);

		if (vv_erased_has_cid(e, &cid)) {
			return vv_fail(err, VV_EREFUSED, "the version %s has erased data",
				       vv_cid_shows(root));
		}
		if (cid.codec == VV_CODEC_DAG_CBOR) {
			rc = add_links(queue, store, in, &cid, err);
		}
	}
	return rc;
}

vv_status vv_erased_refuse_version(void *payload, vv_repository *with, vv_incoming *in,
				   const vv_new_root *version, vv_error *err)
{
	const vv_status rc = vv_erased_refuse_root(payload, with, in, &version->root, err);

	return rc == VV_EREFUSED ? fail_erased(&version->commit, version->path, err) : rc;
}

static vv_status look_at_version(void *payload, const vv_new_root *n, vv_error *err)
{
	const search *s = payload;

	return vv_erased_refuse_version((void *)(uintptr_t)s->erased, s->repo, NULL, n, err);
}

vv_status vv_erased_refuse(const vv_erased *e, vv_repository *r, const vv_oids *wants,
			   const vv_oids *haves, vv_error *err)
{
	search s = {.erased = e, .repo = r};
	const vv_status rc = e && wants->count > 0 ? look_at_commits(&s, r, wants, haves, err)
						   : VV_OK;

	if (rc < 0 || !e || wants->count == 0) return rc;
	return vv_new_roots_each(r, wants->items, wants->count, haves->items, haves->count,
				 look_at_version, &s, err);
}

vv_status vv_erased_refuse_commit(vv_repository *r, const vv_oid *commit, const vv_oid *ours,
				  vv_error *err)
{
	vv_oid want = *commit, have = *ours;
	const vv_oids wants = {.items = &want, .count = 1};
	const vv_oids haves = {.items = &have, .count = vv_oid_is_null(ours) ? 0 : 1};
	vv_auto(vv_erased) *e = NULL;
	const vv_status rc = vv_erased_open(&e, r, err);

	return rc < 0 ? rc : vv_erased_refuse(e, r, &wants, &haves, err);
}

static vv_status add_tip(void *payload, const vv_ref *ref, vv_error *err)
{
	if (vv_oid_is_null(&ref->commit) || strncmp(ref->name, "refs/varve/", 11) == 0) {
		return VV_OK;
	}
	return vv_oids_add(payload, &ref->commit, err);
}

vv_status vv_erased_haves(vv_oids *out, vv_repository *r, vv_error *err)
{
	return vv_refs_each(r, "", add_tip, out, err);
}
