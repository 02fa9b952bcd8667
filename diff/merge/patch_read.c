/*
 * patch_read: reads a patch's lines, checks their order, and words errors. No input is trusted: numbers are
 * checked against the sides' sizes, roots against the rules for roots.
 */
#include "diff/merge/patch_read.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/codec.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/list.h"

/* --- lines ------------------------------------------------------------------- */

#define PIECE ((size_t)64 << 10)

vv_status patch_lines_open(patch_lines *l, const vv_patch_source *source, vv_error *err)
{
	*l = (patch_lines){.source = source, .hash = vv_xxh3_new(0)};
	return l->hash ? VV_OK : vv_fail_nomem(err);
}

void patch_lines_close(patch_lines *l)
{
	vv_buf_clear(&l->buf);
	vv_xxh3_free(l->hash);
	vv_arena_clear(&l->arena);
	vv_json_rows_free(l->objects);
}

vv_status patch_fail(const patch_lines *l, vv_error *err, const char *fmt, ...)
{
	char text[sizeof(((vv_error *)NULL)->message)];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return vv_fail(err, VV_EINPUT, "%s, line %llu: %s", vv_text_shows(l->source->name),
		       (unsigned long long)l->line, text);
}

/* Puts the same before a message of VV_EINPUT. */
static vv_status patch_at(const patch_lines *l, vv_status rc, vv_error *err)
{
	if (rc == VV_EINPUT) {
		vv_prefix(err, "%s, line %llu", vv_text_shows(l->source->name),
			  (unsigned long long)l->line);
	}
	return rc;
}

/* Reads more bytes after the buffered ones. */
static vv_status lines_fill(patch_lines *l, vv_error *err)
{
	if (l->pos > 0) {
		vv_buf_drop_front(&l->buf, l->pos);
		l->buf_at += l->pos;
		l->pos = 0;
	}
	if (l->buf.len > PATCH_LINE_MAX) {
		return patch_fail(l, err, "longer than %zu MiB", PATCH_LINE_MAX >> 20);
	}
	if (!vv_buf_reserve(&l->buf, l->buf.len + PIECE)) return vv_fail_nomem(err);
	ssize_t n = l->source->read(l->source->payload, l->buf.data + l->buf.len, PIECE, err);
	if (n < 0) return (vv_status)n;
	l->ended = n == 0;
	l->buf.len += (size_t)n;
	return VV_OK;
}

/* Members read from a line. Cells and keys, which are for people and other programs, are ignored: they need not
 * follow the rules for patches. */
static const char *const members[] = {"type",    "format",  "patch", "path",     "oldPath",
				      "oldRoot", "newRoot", "pairs", "identity", "partial",
				      "change",  "moved",   "rows",  "oldRow",   "newRow",
				      "oldLine", "newLine", "xxh3",  "tables",   NULL};

static vv_status take_member(void *payload, const vv_json_member *m, vv_error *err)
{
	patch_lines *l = payload;
	vv_json *v, **last = &l->json->first;
	const char *const *name = vv_ended_find(
		members, it, strlen(*it) == m->name_len && memcmp(*it, m->name, m->name_len) == 0);

	if (!name) return VV_OK;
	vv_status rc = vv_json_read(&v, &l->arena, m->raw, m->raw_len, "", err);
	if (rc < 0) return rc;
	while (*last) {
		last = &(*last)->next;
	}
	v->name = *name;
	v->name_len = m->name_len;
	*last = v;
	l->json->count++;
	return VV_OK;
}

static vv_status read_json(patch_lines *l, vv_error *err)
{
	vv_error own = {0};
	size_t used = 0;
	vv_arena_reset(&l->arena);
	l->json = vv_arena_alloc(&l->arena, sizeof(*l->json));
	if (!l->json || (!l->objects && !(l->objects = vv_json_rows_new()))) {
		return vv_fail_nomem(err);
	}
	*l->json = (vv_json){.type = VV_JSON_OBJECT};
	if (l->len == 0 || l->text[0] != '{') return patch_fail(l, err, "expected a JSON object");
	vv_status rc = vv_json_rows_object(l->objects, &used, l->text, l->len, false, take_member,
					   l, &own);
	if (rc == VV_EINPUT) {
		return patch_fail(l, err, "column %zu: %s", used + 1, own.message);
	}
	if (rc < 0) return vv_error_copy(err, &own);
	l->json->end = used;
	return used == l->len
		       ? VV_OK
		       : patch_fail(l, err, "column %zu: expected the end of the line", used + 1);
}

/* The next bytes, unread: a few KB, or fewer at the end. */
static vv_status patch_lines_peek(patch_lines *l, const char **text, size_t *len, vv_error *err)
{
	vv_status rc = VV_OK;
	while (!l->ended && l->buf.len - l->pos < PIECE / 2) {
		if ((rc = lines_fill(l, err)) < 0) {
			break;
		}
	}
	*text = l->buf.data + l->pos;
	*len = l->buf.len - l->pos;
	return rc;
}

int patch_lines_next(patch_lines *l, vv_error *err)
{
	const char *end = NULL;
	size_t seen = 0;
	vv_status rc;
	l->line++;
	while (!end) {
		size_t held = l->buf.len - l->pos;
		end = held > seen ? memchr(l->buf.data + l->pos + seen, '\n', held - seen) : NULL;
		seen = held;
		if (!end && l->ended) {
			break;
		}
		if (!end && (rc = lines_fill(l, err)) < 0) return (int)rc;
	}
	if (!end && l->buf.len == l->pos) return 0;
	l->start = l->buf_at + l->pos;
	l->text = l->buf.data + l->pos;
	l->len = end ? (size_t)(end - l->text) : l->buf.len - l->pos;
	l->pos += l->len + (end != NULL);
	if (l->len > 0 && l->text[l->len - 1] == '\r') {
		l->len--; /* a patch sent by mail */
	}
	rc = read_json(l, err);
	return rc < 0 ? (int)rc : 1;
}

/* Takes the current line into the hash. */
static void patch_lines_hash(patch_lines *l)
{
	vv_xxh3_update(l->hash, l->text, l->len);
	vv_xxh3_update(l->hash, "\n", 1);
}

vv_status patch_lines_seek(patch_lines *l, uint64_t offset, uint64_t line, vv_error *err)
{
	l->line = line - 1;
	if (offset >= l->buf_at && offset - l->buf_at <= l->buf.len) {
		l->pos = (size_t)(offset - l->buf_at);
		return VV_OK;
	}
	l->pos = 0;
	l->buf.len = 0;
	l->buf_at = offset;
	l->ended = false;
	return l->source->seek(l->source->payload, offset, err);
}

/* --- sections ---------------------------------------------------------------- */

/* More rows than any table has; sums of such numbers stay far from overflow. */
#define ROWS_MAX (UINT64_C(1) << 48)

/* --- the frame ---------------------------------------------------------------------- */

static bool begins_with(const char *text, size_t len, const char *with)
{
	return len >= strlen(with) && memcmp(text, with, strlen(with)) == 0;
}

bool vv_patch_is_git(const char *text, size_t len)
{
	static const char *const first[] = {"diff --git ", "diff --cc ", "--- ",
					    "Index: ", "GIT binary patch"};
	if (vv_array_find(first, sizeof(first) / sizeof(first[0]), it,
			  begins_with(text, len, *it))) {
		return true;
	}
	/* as 'git format-patch', 'git show' and 'git log -p' begin */
	for (const char *p = text;
	     len > 0 && text[0] != '{' && (p = memchr(p, '\n', len - (size_t)(p - text))) != NULL;
	     p++) {
		if (begins_with(p + 1, len - (size_t)(p + 1 - text), "diff --git ")) return true;
	}
	return false;
}

static vv_status no_patch(const patch_lines *l, const char *text, size_t len, vv_error *err)
{
	const char *name = vv_text_shows(l->source->name);
	if (len > 0 && vv_patch_is_git(text, len)) {
		vv_fail(err, VV_EINPUT, "%s: this is a Git patch, which 'git apply' applies", name);
		return vv_hint_code(err, VV_HINT_DIFF_PATCH);
	}
	vv_fail(err, VV_EINPUT,
		len > 0 ? "%s: this is not a varve patch" : "%s: an empty file is not a patch",
		name);
	return vv_hint_code(err, VV_HINT_DIFF_PATCH);
}

/* The patch's first line is at hand. */
static vv_status take_first(patch_lines *l, vv_error *err)
{
	uint64_t version;
	if (!vv_json_get_u64(&version, l->json, "patch") || version == 0) {
		patch_fail(l, err, "this difference does not contain the lines of the files");
		return vv_hint_code(err, VV_HINT_DIFF_PATCH);
	}
	if (version > PATCH_VERSION) {
		return vv_fail(
			err, VV_ENOSUPPORT,
			"%s is a patch of version %llu, and this varve reads only version %u\n"
			"upgrade varve to read it",
			vv_text_shows(l->source->name), (unsigned long long)version, PATCH_VERSION);
	}
	l->within = true;
	l->sections = 0;
	return VV_OK;
}

static vv_status take_last(patch_lines *l, vv_error *err)
{
	uint64_t count;
	if (!vv_json_get_u64(&count, l->json, "tables") || count != l->sections) {
		return patch_fail(
			l, err,
			"expected {\"type\":\"end\",\"tables\":%llu}: parts of the patch are missing",
			(unsigned long long)l->sections);
	}
	l->within = false;
	return VV_OK;
}

static int fail_truncated(patch_lines *l, const char *expected, vv_error *err)
{
	patch_fail(l, err, "the patch ends here; expected %s", expected);
	return (int)vv_hint(err, "the patch is incomplete: get it again");
}

static bool is_type(const patch_lines *l, const char *name)
{
	const char *type = vv_json_get_string(l->json, "type");
	return type && strcmp(type, name) == 0;
}

/* Goes to a section's first line: 1, 0 at the end of all patches, <0. */
static int find_section(patch_lines *l, vv_error *err)
{
	for (;;) {
		vv_status rc;
		if (l->line == 0) {
			const char *text;
			size_t len;
			if ((rc = patch_lines_peek(l, &text, &len, err)) < 0) return (int)rc;
			if (!begins_with(text, len, "{\"type\":\"diff\"")) {
				return (int)no_patch(l, text, len, err);
			}
		}
		int more = patch_lines_next(l, err);
		if (more < 0 || (more == 0 && !l->within)) return more;
		if (more == 0) return fail_truncated(l, "a table or the line 'end'", err);
		if (!l->within) {
			rc = take_first(l, err);
		} else if (is_type(l, "end")) {
			rc = take_last(l, err);
		} else {
			return 1;
		}
		if (rc < 0) return (int)rc;
	}
}

/* --- a section's head ----------------------------------------------------------------- */

void patch_section_clear(patch_section *s)
{
	for (int i = 0; i < 2; i++) {
		vv_free(s->path[i]);
		vv_root_clear(&s->side[i].root);
		vv_schema_clear(&s->side[i].schema);
	}
	vv_free_all(s->pairs, s->identity);
	memset(s, 0, sizeof(*s));
}

static void section_init(patch_section *s)
{
	memset(s, 0, sizeof(*s));
	for (int i = 0; i < 2; i++) {
		vv_root_init(&s->side[i].root);
	}
}

static vv_status empty_list(vv_buf *out, vv_list_kind kind, vv_error *err)
{
	static const vv_sink nowhere = {.put = NULL};
	vv_auto(vv_list_builder) *b = NULL;
	vv_status rc = vv_list_builder_new(&b, kind, &nowhere, NULL, err);
	vv_buf_reset(out);
	return rc < 0 ? rc : vv_list_builder_finish(b, out, err);
}

/* The root as that of a table without rows: its own blocks are missing here. */
static vv_status empty_root(vv_root *r, vv_error *err)
{
	vv_status rc;
	r->rows = r->bytes = r->file_bytes = 0;
	r->hash = r->file_hash = (vv_hash128){0, 0};
	if ((rc = empty_list(&r->data, VV_LIST_DATA, err)) < 0 ||
	    (rc = empty_list(&r->layout, VV_LIST_LAYOUT, err)) < 0 ||
	    (rc = empty_list(&r->facts, VV_LIST_FACTS, err)) < 0) {
		return rc;
	}
	return vv_root_is_sorted(r) ? empty_list(&r->places, VV_LIST_PLACES, err) : VV_OK;
}

static vv_status decode_side(patch_side *side, const char *bytes, size_t len, vv_error *err)
{
	vv_status rc;
	if ((rc = vv_root_decode(&side->root, bytes, len, err)) < 0 ||
	    (rc = vv_cid_of(&side->cid, VV_CODEC_DAG_CBOR, bytes, len, err)) < 0) {
		if (rc == VV_ECORRUPT) return err ? (err->code = VV_EINPUT) : VV_EINPUT;
		return rc;
	}
	side->rows = side->root.rows;
	side->bytes = side->root.bytes;
	if (side->root.kind != VV_KIND_TABLE || side->rows > ROWS_MAX) {
		return vv_fail(err, VV_EINPUT, "expected the CID of a table");
	}
	if ((rc = vv_schema_read(&side->schema, side->root.schema.data, side->root.schema.len,
				 "the schema", err)) < 0 ||
	    side->schema.count > VV_COLUMNS_MAX) {
		return rc < 0 ? rc
			      : vv_fail(err, VV_EINPUT, "expected at most %u columns",
					VV_COLUMNS_MAX);
	}
	return empty_root(&side->root, err);
}

/* name: of the member that has the block of the side's root, or null. */
static vv_status read_side(patch_side *side, const patch_lines *l, const char *name, vv_error *err)
{
	const vv_json *v = vv_json_get(l->json, name);
	vv_auto(vv_buf) block = VV_BUF_INIT;
	if (!v || (v->type != VV_JSON_STRING && v->type != VV_JSON_NULL)) {
		return patch_fail(l, err, "expected '%s': the CID of a version, or null", name);
	}
	side->exists = v->type == VV_JSON_STRING;
	if (!side->exists) return VV_OK;
	if (!vv_base64_read(&block, v->text, v->text_len)) {
		return patch_fail(l, err, "'%s': expected base64", name);
	}
	vv_status rc = vv_buf_ok(&block, err);
	rc = rc < 0 ? rc : decode_side(side, vv_buf_cstr(&block), block.len, err);
	return patch_at(l, rc == VV_EINPUT ? vv_prefix(err, "'%s'", name) : rc, err);
}

static vv_status read_path(char **out, const patch_lines *l, const vv_json *v, vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	const char *bytes;
	size_t len;
	vv_status rc = vv_json_get_text(&bytes, &len, v, &arena, err);
	if (rc == VV_OK && (len == 0 || memchr(bytes, '\0', len))) {
		rc = vv_fail(err, VV_EINPUT, "expected a path");
	}
	rc = patch_at(l, rc, err);
	if (rc == VV_OK) {
		*out = vv_strndup(bytes, len);
		rc = *out ? vv_path_check(*out, err) : vv_fail_nomem(err);
		if (rc == VV_EREFUSED) {
			vv_prefix(err, "%s, line %llu", vv_text_shows(l->source->name),
				  (unsigned long long)l->line);
		}
	}
	return rc;
}

static vv_status read_paths(patch_section *s, const patch_lines *l, vv_error *err)
{
	const vv_json *path = vv_json_get(l->json, "path"), *old = vv_json_get(l->json, "oldPath");
	int from = s->reverse ? 1 : 0, to = 1 - from;
	vv_status rc;
	if (!path || !is_type(l, "table")) {
		return patch_fail(l, err, "expected a table with its 'path', or the line 'end'");
	}
	if ((rc = read_path(&s->path[to], l, path, err)) < 0 ||
	    (rc = read_path(&s->path[from], l, old ? old : path, err)) < 0 ||
	    (rc = read_side(&s->side[from], l, "oldRoot", err)) < 0 ||
	    (rc = read_side(&s->side[to], l, "newRoot", err)) < 0) {
		return rc;
	}
	if (!s->side[0].exists && !s->side[1].exists) {
		return patch_fail(l, err, "expected a version on one side at least");
	}
	s->partial = vv_json_get_bool(l->json, "partial", false);
	return VV_OK;
}

static vv_status add_pair(patch_section *s, long a, long b, bool *seen[2], vv_error *err)
{
	long at[2] = {a, b};
	for (int i = 0; i < 2; i++) {
		if (at[i] >= (long)s->side[i].schema.count || (at[i] >= 0 && seen[i][at[i]])) {
			return vv_fail(err, VV_EINPUT,
				       "'pairs': expected each column of both sides once");
		}
		if (at[i] >= 0) {
			seen[i][at[i]] = true;
		}
	}
	if (a < 0 && b < 0) {
		return vv_fail(err, VV_EINPUT, "'pairs': expected a column on one side at least");
	}
	s->pairs[s->pair_count++] = (patch_pair){.side = {a, b}};
	return VV_OK;
}

static bool get_place(const vv_json *v, long *out)
{
	uint64_t n;
	if (v && v->type == VV_JSON_NULL) {
		*out = -1;
		return true;
	}
	if (!v || v->type != VV_JSON_NUMBER || !vv_parse_u64(&n, v->text, v->text_len) ||
	    n >= VV_COLUMNS_MAX) {
		return false;
	}
	*out = (long)n;
	return true;
}

/* v: the line. */
static vv_status read_pairs(patch_section *s, const vv_json *v, vv_error *err)
{
	size_t columns[2] = {s->side[0].schema.count, s->side[1].schema.count};
	const vv_json *pairs = vv_json_get(v, "pairs");
	vv_auto_free bool *old = vv_calloc(columns[0] + 1, sizeof(*old)),
			  *new = vv_calloc(columns[1] + 1, sizeof(*new));
	bool *seen[2] = {old, new};
	vv_status rc = VV_OK;
	s->pairs = vv_calloc(columns[0] + columns[1] + 1, sizeof(*s->pairs));
	if (!s->pairs || !seen[0] || !seen[1]) return vv_fail_nomem(err);
	if (!s->side[0].exists || !s->side[1].exists) {
		for (size_t i = 0; i < columns[0] + columns[1] && rc == VV_OK; i++) {
			rc = add_pair(s, s->side[0].exists ? (long)i : -1,
				      s->side[1].exists ? (long)i : -1, seen, err);
		}
		return rc;
	}
	if (!pairs || pairs->type != VV_JSON_ARRAY || pairs->count > columns[0] + columns[1]) {
		return vv_fail(err, VV_EINPUT, "expected 'pairs' of columns");
	}
	size_t left = columns[0] + columns[1];
	for (const vv_json *e = pairs->first; e && rc == VV_OK; e = e->next) {
		long at[2];
		if (e->type != VV_JSON_ARRAY || e->count != 2 ||
		    !get_place(e->first, &at[s->reverse]) ||
		    !get_place(e->first->next, &at[!s->reverse])) {
			rc = vv_fail(err, VV_EINPUT,
				     "'pairs': expected two positions of columns, each a number or "
				     "null");
			break;
		}
		rc = add_pair(s, at[0], at[1], seen, err);
		left -= (at[0] >= 0 ? 1u : 0u) + (at[1] >= 0 ? 1u : 0u);
	}
	if (rc == VV_OK && left > 0) {
		rc = vv_fail(err, VV_EINPUT, "'pairs': expected each column of both sides once");
	}
	return rc;
}

static vv_status read_identity(patch_section *s, const vv_json *v, vv_error *err)
{
	const vv_json *list = vv_json_get(v, "identity");
	if (!list || list->type != VV_JSON_ARRAY || list->count > s->pair_count) {
		return vv_fail(err, VV_EINPUT, "expected 'identity': numbers of pairs");
	}
	s->identity = vv_calloc(list->count + 1, sizeof(*s->identity));
	if (!s->identity) return vv_fail_nomem(err);
	for (const vv_json *e = list->first; e; e = e->next) {
		long at;
		if (!get_place(e, &at) || at < 0 || (size_t)at >= s->pair_count) {
			return vv_fail(err, VV_EINPUT, "'identity': expected numbers of pairs");
		}
		const patch_pair *p = &s->pairs[at];
		if (s->side[0].exists && s->side[1].exists && (p->side[0] < 0 || p->side[1] < 0)) {
			return vv_fail(err, VV_EINPUT,
				       "'identity': expected columns that both versions have");
		}
		s->identity[s->identity_count++] = (size_t)at;
	}
	return VV_OK;
}

static bool same_columns(const patch_section *s)
{
	const patch_side *a = &s->side[0], *b = &s->side[1];
	return a->exists && b->exists && a->schema.count == b->schema.count &&
	       s->pair_count == a->schema.count &&
	       !vv_array_find(s->pairs, s->pair_count, p,
			      p->side[0] < 0 || p->side[0] != p->side[1] ||
				      strcmp(a->schema.fields[p->side[0]].name,
					     b->schema.fields[p->side[1]].name) != 0);
}

int patch_section_read(patch_section *out, patch_lines *l, bool reverse, vv_error *err)
{
	section_init(out);
	out->reverse = reverse;
	int more = find_section(l, err);
	if (more <= 0) return more;
	l->sections++;
	out->start = l->start;
	out->line = l->line;
	vv_xxh3_reset(l->hash, 0);
	patch_lines_hash(l);
	vv_status rc = read_paths(out, l, err);
	if (rc == VV_OK) {
		rc = read_pairs(out, l->json, err);
		rc = patch_at(l, rc < 0 ? rc : read_identity(out, l->json, err), err);
	}
	if (rc < 0) {
		patch_section_clear(out);
		return (int)rc;
	}
	out->same_columns = same_columns(out);
	return 1;
}

vv_status patch_section_again(patch_lines *l, const patch_section *s, vv_error *err)
{
	vv_status rc = patch_lines_seek(l, s->start, s->line, err);
	int more = rc < 0 ? (int)rc : patch_lines_next(l, err);
	if (more <= 0) {
		return more < 0 ? (vv_status)more
				: patch_fail(l, err, "the patch changed while it was read");
	}
	vv_xxh3_reset(l->hash, 0);
	patch_lines_hash(l);
	return VV_OK;
}

/* --- a section's members --------------------------------------------------------- */

static vv_status fail_expected(vv_error *err, const char *what)
{
	return vv_fail(err, VV_EINPUT, "expected %s", what);
}

static vv_status get_row(uint64_t *out, const patch_section *s, int side, const vv_json *v,
			 vv_error *err)
{
	if (!v || v->type != VV_JSON_NUMBER || !vv_parse_u64(out, v->text, v->text_len) ||
	    *out == 0 || *out > s->side[side].rows) {
		return vv_fail(err, VV_EINPUT, "expected the number of a row, from 1 to %llu",
			       (unsigned long long)s->side[side].rows);
	}
	(*out)--;
	return VV_OK;
}

typedef struct row_kind {
	const char *name;
	patch_kind forward, back;
	bool has[2]; /* a row of the old, of the new version */
} row_kind;

static const row_kind row_kinds[] = {
	{"changed", PATCH_CHANGE, PATCH_CHANGE, {true, true}},
	{"kept", PATCH_KEEP, PATCH_KEEP, {true, true}},
	{"removed", PATCH_REMOVE, PATCH_ADD, {true, false}},
	{"added", PATCH_ADD, PATCH_REMOVE, {false, true}},
	{"left", PATCH_LEAVE, PATCH_ARRIVE, {true, true}},
	{"moved", PATCH_ARRIVE, PATCH_LEAVE, {true, true}},
};

static const row_kind *find_kind(const vv_json *json)
{
	const char *name = vv_json_get_string(json, "change");
	if (vv_json_get_bool(json, "moved", false)) {
		name = "moved"; /* and changed */
	}
	return name ? vv_array_find(row_kinds, sizeof(row_kinds) / sizeof(row_kinds[0]), it,
				    strcmp(it->name, name) == 0)
		    : NULL;
}

/* "rows": how many move together; then the line has nothing else of them. */
static vv_status get_run(patch_op *op, const patch_section *s, const vv_json *json, vv_error *err)
{
	op->count = 1;
	if (!vv_json_get(json, "rows")) return VV_OK;
	if (!vv_json_get_u64(&op->count, json, "rows") || op->count == 0 ||
	    op->count > s->side[0].rows - op->row[0] || op->count > s->side[1].rows - op->row[1]) {
		return fail_expected(
			err,
			"'rows' as the number of rows that moved together, at least 1 and no more than follow in either version");
	}
	return VV_OK;
}

/* The row's number and line on one side of the patch as written. */
static vv_status get_side(patch_op *op, const patch_section *s, int written, const row_kind *k,
			  const vv_json *json, vv_arena *arena, vv_error *err)
{
	int side = s->reverse ? 1 - written : written;
	const vv_json *line = vv_json_get(json, written == 0 ? "oldLine" : "newLine");
	const char *bytes;
	size_t len;
	vv_status rc;

	op->row[side] = PATCH_NONE;
	if (!k->has[written]) return VV_OK;
	if (!s->side[side].exists) return fail_expected(err, "rows of the existing side");
	if ((rc = get_row(&op->row[side], s, side,
			  vv_json_get(json, written == 0 ? "oldRow" : "newRow"), err)) < 0) {
		return rc;
	}
	if (!line && (op->kind == PATCH_LEAVE || op->kind == PATCH_ARRIVE)) return VV_OK;
	if ((rc = vv_json_get_text(&bytes, &len, line, arena, err)) < 0) {
		return vv_prefix(err, written == 0 ? "'oldLine'" : "'newLine'");
	}
	op->line[side] = (vv_bytes){.data = (char *)bytes, .len = len};
	return VV_OK;
}

static vv_status get_op(patch_op *op, const patch_section *s, const vv_json *json, vv_arena *arena,
			vv_error *err)
{
	const row_kind *k = find_kind(json);
	vv_status rc;
	if (!k) {
		return fail_expected(
			err,
			"a row that is changed, kept, removed, added, left or moved, or a summary");
	}
	op->kind = s->reverse ? k->back : k->forward;
	for (int i = 0; i < 2; i++) {
		if ((rc = get_side(op, s, i, k, json, arena, err)) < 0) return rc;
	}
	return op->kind == PATCH_LEAVE || op->kind == PATCH_ARRIVE ? get_run(op, s, json, err)
								   : VV_OK;
}

static vv_status get_end(const patch_lines *l, vv_error *err)
{
	vv_hash128 h = vv_xxh3_digest128(l->hash);
	char hex[33];
	const char *found = vv_json_get_string(l->json, "xxh3");
	snprintf(hex, sizeof(hex), "%016llx%016llx", (unsigned long long)h.hi,
		 (unsigned long long)h.lo);
	if (found && strcmp(found, hex) == 0) return VV_OK;
	return vv_fail(
		err, VV_EINPUT,
		"the checksum does not match the lines above it (expected %s): a line was changed "
		"or is missing\nget the patch again",
		hex);
}

vv_status patch_op_read(patch_op *out, patch_lines *l, const patch_section *s, vv_error *err)
{
	int more = patch_lines_next(l, err);
	memset(out, 0, sizeof(*out));
	if (more < 0) return (vv_status)more;
	if (more == 0) {
		return (vv_status)fail_truncated(l, "more rows, up to the summary", err);
	}
	if (is_type(l, "summary")) {
		out->kind = PATCH_END;
		return patch_at(l, get_end(l, err), err);
	}
	patch_lines_hash(l);
	return patch_at(l, get_op(out, s, l->json, &l->arena, err), err);
}
