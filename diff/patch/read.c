/*
 * read: what may stand in a patch and in which order, line by line, and how faults in
 * it are named. Nothing that is read here is trusted: numbers are checked against the sides'
 * sizes, cells against their columns.
 */
#include "diff/patch/read.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"

/* --- lines ------------------------------------------------------------------- */

#define PIECE ((size_t)64 << 10)

vv_status patch_lines_open(patch_lines *l, const vv_patch_source *source, vv_error *err)
{
	*l = (patch_lines){.source = source, .hash = vv_xxh3_new(0)};
	vv_arena_init(&l->arena);
	return l->hash ? VV_OK : vv_fail_nomem(err);
}

void patch_lines_close(patch_lines *l)
{
	vv_buf_clear(&l->buf);
	vv_xxh3_free(l->hash);
	vv_arena_clear(&l->arena);
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

/* Reads some more after what is held. */
static vv_status lines_fill(patch_lines *l, vv_error *err)
{
	if (l->pos > 0) {
		l->buf.len -= l->pos;
		memmove(l->buf.data, l->buf.data + l->pos, l->buf.len);
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

/* What is read as JSON has one line; its number is the patch's. */
static vv_status read_json(patch_lines *l, vv_error *err)
{
	vv_error own;
	vv_arena_reset(&l->arena);
	vv_status rc = vv_json_read(&l->json, &l->arena, l->text, l->len, "", &own);
	if (rc == VV_EINPUT) {
		const char *column = strstr(own.message, "column ");
		return patch_fail(l, err, "%s", column ? column : own.message);
	}
	if (rc < 0) {
		if (err) {
			*err = own;
		}
		return rc;
	}
	return l->json->type == VV_JSON_OBJECT ? VV_OK
					       : patch_fail(l, err, "expected a JSON object");
}

/* What comes next, unread: a few KB of it, or less at the end. */
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

void patch_lines_hash(patch_lines *l)
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

static bool begins(const char *text, size_t len, const char *with)
{
	return len >= strlen(with) && memcmp(text, with, strlen(with)) == 0;
}

static bool is_git_patch(const char *text, size_t len)
{
	static const char *const first[] = {"diff --git ", "diff --cc ", "--- ",
					    "Index: ", "GIT binary patch"};
	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
		if (begins(text, len, first[i])) return true;
	}
	/* as 'git format-patch', 'git show' and 'git log -p' begin */
	for (const char *p = text;
	     len > 0 && text[0] != '{' && (p = memchr(p, '\n', len - (size_t)(p - text))) != NULL;
	     p++) {
		if (begins(p + 1, len - (size_t)(p + 1 - text), "diff --git ")) return true;
	}
	return false;
}

static vv_status no_patch(const patch_lines *l, const char *text, size_t len, vv_error *err)
{
	const char *name = vv_text_shows(l->source->name);
	if (len > 0 && is_git_patch(text, len)) {
		vv_fail(err, VV_EINPUT, "%s: this is a Git patch", name);
		return vv_hint_code(err, VV_HINT_DIFF_PATCH);
	}
	vv_fail(err, VV_EINPUT,
		len > 0 ? "%s: this is not a varve patch" : "%s: an empty file is not a patch",
		name);
	return vv_hint_code(err, VV_HINT_PATCH_FIRST_LINE, PATCH_FIRST_LINE);
}

/* The patch's first line is at hand. */
static vv_status take_first(patch_lines *l, vv_error *err)
{
	uint64_t version;
	if (!vv_json_get_u64(&version, l->json, "varve-patch") || version == 0) {
		return patch_fail(l, err, "expected {\"varve-patch\":%u}", PATCH_VERSION);
	}
	if (version > PATCH_VERSION) {
		vv_fail(err, VV_ENOSUPPORT,
			"%s is a patch of version %llu, this program supports %u",
			vv_text_shows(l->source->name), (unsigned long long)version, PATCH_VERSION);
		return vv_hint(err, "a newer varve can read it");
	}
	l->within = true;
	l->sections = 0;
	return VV_OK;
}

static vv_status take_last(patch_lines *l, vv_error *err)
{
	uint64_t count;
	if (!vv_json_get_u64(&count, l->json, "sections") || count != l->sections) {
		return patch_fail(l, err,
				  "expected {\"sections\":%llu}: parts of the patch are missing",
				  (unsigned long long)l->sections);
	}
	l->within = false;
	return VV_OK;
}

static int truncated(patch_lines *l, const char *expected, vv_error *err)
{
	patch_fail(l, err, "the patch ends here; expected %s", expected);
	return (int)vv_hint(err, "it is not whole: get it again");
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
			if (!begins(text, len, "{\"varve-patch\"")) {
				return (int)no_patch(l, text, len, err);
			}
		}
		int more = patch_lines_next(l, err);
		if (more < 0 || (more == 0 && !l->within)) return more;
		if (more == 0) return truncated(l, "a path or {\"sections\":...}", err);
		if (!l->within) {
			rc = take_first(l, err);
		} else if (vv_json_get(l->json, "sections")) {
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
	vv_free(s->pairs);
	vv_free(s->identity);
	memset(s, 0, sizeof(*s));
}

static void section_init(patch_section *s)
{
	memset(s, 0, sizeof(*s));
	for (int i = 0; i < 2; i++) {
		vv_root_init(&s->side[i].root);
		vv_schema_init(&s->side[i].schema);
	}
}

size_t patch_pair_of(const patch_section *s, int side, size_t at)
{
	size_t i = at < s->pair_count ? at : 0; /* most often its own number */
	for (size_t n = 0; n < s->pair_count; n++, i = i + 1 < s->pair_count ? i + 1 : 0) {
		if (s->pairs[i].side[side] == (long)at) return i;
	}
	return s->pair_count;
}

static vv_status read_side(patch_side *side, const patch_lines *l, const char *name, vv_error *err)
{
	const vv_json *v = vv_json_get(l->json, name);
	if (!v || (v->type != VV_JSON_OBJECT && v->type != VV_JSON_NULL)) {
		return patch_fail(l, err, "expected '%s': a version, or null", name);
	}
	side->exists = v->type == VV_JSON_OBJECT;
	if (!side->exists) return VV_OK;
	const char *cid = vv_json_get_string(v, "root"), *kind = vv_json_get_string(v, "kind");
	bool table = kind && strcmp(kind, "table") == 0;
	if (!kind || (!table && strcmp(kind, "file") != 0)) {
		return patch_fail(l, err, "'%s': expected the kind 'table' or 'file'", name);
	}
	side->root.kind = table ? VV_KIND_TABLE : VV_KIND_FILE;
	if (!cid || vv_cid_parse(&side->cid, cid, strlen(cid), NULL) < 0 ||
	    side->cid.codec != VV_CODEC_DAG_CBOR) {
		return patch_fail(l, err, "'%s': expected the CID of its root", name);
	}
	if ((table && (!vv_json_get_u64(&side->rows, v, "rows") || side->rows > ROWS_MAX)) ||
	    !vv_json_get_u64(&side->bytes, v, "bytes")) {
		return patch_fail(l, err, "'%s': expected its numbers of rows and bytes", name);
	}
	return VV_OK;
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
	if (!path) {
		return patch_fail(l, err, "expected the 'path' of a table, or {\"sections\":...}");
	}
	if ((rc = read_path(&s->path[to], l, path, err)) < 0 ||
	    (rc = read_path(&s->path[from], l, old ? old : path, err)) < 0 ||
	    (rc = read_side(&s->side[from], l, "old", err)) < 0 ||
	    (rc = read_side(&s->side[to], l, "new", err)) < 0) {
		return rc;
	}
	if (!s->side[0].exists && !s->side[1].exists) {
		return patch_fail(l, err, "expected a version on one side at least");
	}
	s->partial = vv_json_get_bool(l->json, "partial", false);
	s->is_table = true;
	for (int i = 0; i < 2; i++) {
		s->is_table &= !s->side[i].exists || s->side[i].root.kind == VV_KIND_TABLE;
	}
	return VV_OK;
}

/* The next line must be there and have just this member. */
static vv_status expect_line(patch_lines *l, const char *member, const vv_json **out, vv_error *err)
{
	int more = patch_lines_next(l, err);
	if (more <= 0) {
		return more < 0 ? (vv_status)more
				: (vv_status)truncated(l, "more lines of the section", err);
	}
	*out = vv_json_get(l->json, member);
	if (!*out || (*out)->type != VV_JSON_OBJECT) {
		return patch_fail(l, err, "expected '%s'", member);
	}
	patch_lines_hash(l);
	return VV_OK;
}

/* A side's part of a line; the new version's is left out where it is the same. */
static const vv_json *part(const patch_section *s, const vv_json *v, int side)
{
	bool is_new = (side == 1) != s->reverse;
	const vv_json *own = vv_json_get(v, is_new ? "new" : "old");
	return own || !is_new ? own : vv_json_get(v, "old");
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

static vv_status read_pairs(patch_section *s, const vv_json *v, vv_error *err)
{
	size_t columns[2] = {s->side[0].schema.count, s->side[1].schema.count};
	const vv_json *pairs = vv_json_get(v, "pairs");
	bool *seen[2] = {vv_calloc(columns[0] + 1, sizeof(bool)),
			 vv_calloc(columns[1] + 1, sizeof(bool))};
	vv_status rc = VV_OK;
	s->pairs = vv_calloc(columns[0] + columns[1] + 1, sizeof(*s->pairs));
	if (!s->pairs || !seen[0] || !seen[1]) {
		rc = vv_fail_nomem(err);
		goto done;
	}
	if (!s->side[0].exists || !s->side[1].exists) {
		for (size_t i = 0; i < columns[0] + columns[1] && rc == VV_OK; i++) {
			rc = add_pair(s, s->side[0].exists ? (long)i : -1,
				      s->side[1].exists ? (long)i : -1, seen, err);
		}
		goto done;
	}
	if (!pairs || pairs->type != VV_JSON_ARRAY || pairs->count > columns[0] + columns[1]) {
		rc = vv_fail(err, VV_EINPUT, "expected 'pairs' of columns");
		goto done;
	}
	size_t left = columns[0] + columns[1];
	for (const vv_json *e = pairs->first; e && rc == VV_OK; e = e->next) {
		long at[2];
		if (e->type != VV_JSON_ARRAY || e->count != 2 ||
		    !get_place(e->first, &at[s->reverse]) ||
		    !get_place(e->first->next, &at[!s->reverse])) {
			rc = vv_fail(err, VV_EINPUT,
				     "'pairs': expected two places of columns, or null");
			break;
		}
		rc = add_pair(s, at[0], at[1], seen, err);
		left -= (at[0] >= 0 ? 1u : 0u) + (at[1] >= 0 ? 1u : 0u);
	}
	if (rc == VV_OK && left > 0) {
		rc = vv_fail(err, VV_EINPUT, "'pairs': expected each column of both sides once");
	}
done:
	vv_free(seen[0]);
	vv_free(seen[1]);
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

static vv_status read_side_columns(patch_side *side, const vv_json *own, const patch_lines *l,
				   vv_error *err)
{
	vv_status rc = patch_get_columns(&side->root, own, l->text, err);

	if (rc < 0 || (rc = vv_schema_read(&side->schema, side->root.schema.data,
					   side->root.schema.len, "the schema", err)) < 0) {
		return rc;
	}
	if (side->schema.count > VV_COLUMNS_MAX) {
		return vv_fail(err, VV_EINPUT, "expected at most %u columns", VV_COLUMNS_MAX);
	}
	return VV_OK;
}

static vv_status read_columns(patch_section *s, patch_lines *l, vv_error *err)
{
	const vv_json *v;
	vv_status rc = expect_line(l, "columns", &v, err);
	if (rc < 0) return rc;
	for (int i = 0; i < 2; i++) {
		if (s->side[i].exists &&
		    (rc = read_side_columns(&s->side[i], part(s, v, i), l, err)) < 0) {
			return patch_at(l, rc, err);
		}
	}
	if ((rc = read_pairs(s, v, err)) < 0 || (rc = read_identity(s, v, err)) < 0) {
		return patch_at(l, rc, err);
	}
	/* labels are those of the patch as it was written */
	int a = s->reverse ? 1 : 0;
	for (size_t i = 0; i < s->pair_count && s->reverse; i++) {
		patch_pair *p = &s->pairs[i];
		*p = (patch_pair){.side = {p->side[1], p->side[0]}};
	}
	rc = patch_pairs_label(s->pairs, s->pair_count, &s->side[a].schema, &s->side[1 - a].schema,
			       err);
	for (size_t i = 0; i < s->pair_count && s->reverse; i++) {
		patch_pair *p = &s->pairs[i];
		*p = (patch_pair){.side = {p->side[1], p->side[0]}, .label = p->label};
	}
	return patch_at(l, rc, err);
}

static vv_status read_form(patch_section *s, patch_lines *l, vv_error *err)
{
	const vv_json *v;
	vv_status rc = expect_line(l, "form", &v, err);
	if (rc < 0) return rc;
	for (int i = 0; i < 2 && rc == VV_OK; i++) {
		if (s->side[i].exists && (rc = patch_get_dialect(&s->side[i].root.dialect,
								 part(s, v, i), err)) == VV_OK) {
			rc = patch_finish_root(&s->side[i].root, err);
		}
	}
	return patch_at(l, rc, err);
}

static bool same_columns(const patch_section *s)
{
	const patch_side *a = &s->side[0], *b = &s->side[1];
	bool same = a->exists && b->exists && a->schema.count == b->schema.count &&
		    s->pair_count == a->schema.count;
	for (size_t i = 0; same && i < s->pair_count; i++) {
		const patch_pair *p = &s->pairs[i];
		same = p->side[0] >= 0 && p->side[0] == p->side[1] &&
		       strcmp(a->schema.fields[p->side[0]].name,
			      b->schema.fields[p->side[1]].name) == 0;
	}
	return same;
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
	if (rc == VV_OK && out->is_table && (rc = read_columns(out, l, err)) == VV_OK) {
		rc = read_form(out, l, err);
	}
	if (rc < 0) {
		patch_section_clear(out);
		return (int)rc;
	}
	out->same_columns = same_columns(out);
	return 1;
}

/* --- what a section says --------------------------------------------------------- */

static vv_status bad(vv_error *err, const char *what)
{
	return vv_fail(err, VV_EINPUT, "expected %s", what);
}

/* The patch's old side, as a side of the section. */
static int old_side(const patch_section *s)
{
	return s->reverse ? 1 : 0;
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

/* [old, new] */
static vv_status get_rows(patch_op *op, const patch_section *s, const vv_json *v, vv_error *err)
{
	vv_status rc;
	if (v->type != VV_JSON_ARRAY || v->count != 2) return bad(err, "two numbers of rows");
	int old = old_side(s);
	if ((rc = get_row(&op->row[old], s, old, v->first, err)) == VV_OK) {
		rc = get_row(&op->row[1 - old], s, 1 - old, v->first->next, err);
	}
	return rc;
}

static vv_status get_cells(vv_cell **out, size_t *count, size_t want, const vv_json *v,
			   vv_arena *arena, vv_error *err)
{
	if (!v || v->type != VV_JSON_ARRAY || v->count > want) {
		return vv_fail(err, VV_EINPUT, "expected an array of at most %zu cells", want);
	}
	*out = vv_arena_alloc(arena, (want + 1) * sizeof(**out));
	if (!*out) return vv_fail_nomem(err);
	size_t n = 0;
	for (const vv_json *e = v->first; e; e = e->next) {
		vv_status rc = patch_get_cell(&(*out)[n++], e, arena, err);
		if (rc < 0) return rc;
	}
	for (; n < want; n++) {
		(*out)[n] = (vv_cell){.state = VV_CELL_ABSENT};
	}
	*count = want;
	return VV_OK;
}

/* Cells that tell which row of the given side it is. */
static vv_status get_identity(vv_cell **out, size_t *count, const patch_section *s, int side,
			      const vv_json *v, vv_arena *arena, vv_error *err)
{
	size_t want = s->identity_count > 0 ? s->identity_count : s->side[side].schema.count;
	return get_cells(out, count, want, v, arena, err);
}

/* The pair that a name or number means; *from: where to look first. */
static vv_status get_pair(size_t *out, const patch_section *s, const vv_json *v, size_t *from,
			  vv_error *err)
{
	uint64_t n;
	if (v->type == VV_JSON_NUMBER && vv_parse_u64(&n, v->text, v->text_len) &&
	    n < s->pair_count) {
		*out = (size_t)n;
		return VV_OK;
	}
	for (size_t i = 0, at = *from; v->type == VV_JSON_STRING && i < s->pair_count; i++, at++) {
		at = at < s->pair_count ? at : 0;
		const char *label = s->pairs[at].label;
		if (label && strlen(label) == v->text_len &&
		    memcmp(label, v->text, v->text_len) == 0) {
			*out = at;
			*from = at + 1;
			return VV_OK;
		}
	}
	return bad(err, "the name of a column, or the number of its pair");
}

static vv_status get_changes(patch_op *op, const patch_section *s, const vv_json *v,
			     vv_arena *arena, vv_error *err)
{
	size_t from = 0;
	int old = old_side(s);
	vv_status rc;
	if (v->type != VV_JSON_ARRAY || v->count > s->pair_count) {
		return bad(err, "'cells': an array of changes");
	}
	op->cells = vv_arena_alloc(arena, (v->count + 1) * sizeof(*op->cells));
	if (!op->cells) return vv_fail_nomem(err);
	for (const vv_json *e = v->first; e; e = e->next) {
		patch_cell *c = &op->cells[op->cell_count];
		if (e->type != VV_JSON_ARRAY || e->count != 3) {
			return bad(err, "a change: [column, old cell, new cell]");
		}
		if ((rc = get_pair(&c->pair, s, e->first, &from, err)) < 0 ||
		    (rc = patch_get_cell(&c->side[old], e->first->next, arena, err)) < 0 ||
		    (rc = patch_get_cell(&c->side[1 - old], e->first->next->next, arena, err)) <
			    0) {
			return rc;
		}
		for (int i = 0; i < 2; i++) {
			if (s->pairs[c->pair].side[i] < 0 && c->side[i].state != VV_CELL_ABSENT) {
				return bad(err, "[] on the side that does not have the column");
			}
		}
		op->cell_count++;
	}
	return VV_OK;
}

/* change, and leave and arrive of a row that also changes */
static vv_status get_pair_op(patch_op *op, const patch_section *s, const vv_json *json,
			     vv_arena *arena, vv_error *err)
{
	const vv_json *cells = vv_json_get(json, "cells"), *form = vv_json_get(json, "form"),
		      *row = vv_json_get(json, "row");
	int old = old_side(s);
	vv_status rc = VV_OK;
	if (cells) {
		rc = get_changes(op, s, cells, arena, err);
	}
	if (rc == VV_OK && form) {
		if (form->type != VV_JSON_ARRAY || form->count != 2) {
			return bad(err, "'form': the line's old and new form");
		}
		op->has_form = true;
		if ((rc = patch_get_form(&op->form[old], form->first, arena, err)) == VV_OK) {
			rc = patch_get_form(&op->form[1 - old], form->first->next, arena, err);
		}
	}
	if (rc == VV_OK && (cells || form)) {
		rc = get_identity(&op->known, &op->known_count, s, old, row, arena, err);
	}
	return rc;
}

static vv_status get_run(patch_op *op, const patch_section *s, const vv_json *json, vv_arena *arena,
			 vv_error *err)
{
	op->count = 1;
	if (!vv_json_get(json, "count")) return get_pair_op(op, s, json, arena, err);
	if (!vv_json_get_u64(&op->count, json, "count") || op->count == 0 ||
	    op->count > s->side[0].rows - op->row[0] || op->count > s->side[1].rows - op->row[1]) {
		return bad(err, "'count': a number of rows that both sides have");
	}
	return VV_OK;
}

/* side: of the section, the one that has the row. */
static vv_status get_single_op(patch_op *op, const patch_section *s, int side, const vv_json *json,
			       vv_arena *arena, vv_error *err)
{
	const vv_json *after = vv_json_get(json, "after"), *form = vv_json_get(json, "form");
	size_t count;
	vv_status rc = get_row(&op->row[side], s, side, json->first, err);
	op->row[1 - side] = PATCH_NONE;
	if (rc == VV_OK) {
		rc = get_cells(&op->whole, &count, s->side[side].schema.count,
			       vv_json_get(json, "cells"), arena, err);
	}
	if (rc == VV_OK && form) {
		op->has_form = true;
		rc = patch_get_form(&op->form[side], form, arena, err);
	}
	op->has_after = after != NULL;
	op->after_top = after && after->type == VV_JSON_NULL;
	if (rc == VV_OK && after && !op->after_top) {
		rc = get_identity(&op->after, &op->after_count, s, 1 - side, after, arena, err);
	}
	return rc;
}

static vv_status get_row_op(patch_op *op, const patch_section *s, const vv_json *json,
			    vv_arena *arena, vv_error *err)
{
	const vv_json *v = json->first;
	const char *name = v->name;
	int old = old_side(s);
	bool removes = strcmp(name, "remove") == 0, leaves = strcmp(name, "leave") == 0;
	vv_status rc;
	if (removes || strcmp(name, "add") == 0) {
		int side = removes ? old : 1 - old;
		op->kind = side == 0 ? PATCH_REMOVE : PATCH_ADD;
		return s->side[side].exists ? get_single_op(op, s, side, json, arena, err)
					    : bad(err, "rows of the side that is there");
	}
	if (strcmp(name, "change") != 0 && !leaves && strcmp(name, "arrive") != 0) {
		return bad(err, "'change', 'remove', 'add', 'leave', 'arrive' or 'end' first");
	}
	if ((rc = get_rows(op, s, v, err)) < 0) return rc;
	if (strcmp(name, "change") == 0) {
		op->kind = PATCH_CHANGE;
		op->count = 1;
		return get_pair_op(op, s, json, arena, err);
	}
	op->kind = leaves != s->reverse ? PATCH_LEAVE : PATCH_ARRIVE;
	return get_run(op, s, json, arena, err);
}

static vv_status get_bytes_op(patch_op *op, const patch_section *s, const vv_json *json,
			      vv_arena *arena, vv_error *err)
{
	const vv_json *v = json->first;
	bool drops = strcmp(v->name, "drop") == 0;
	if (strcmp(v->name, "keep") == 0) {
		op->kind = PATCH_KEEP;
		return vv_json_get_u64(&op->count, json, "keep") && op->count <= s->side[0].bytes &&
				       op->count <= s->side[1].bytes
			       ? VV_OK
			       : bad(err, "'keep': a number of bytes that both sides have");
	}
	if (!drops && strcmp(v->name, "insert") != 0) {
		return bad(err, "'keep', 'drop', 'insert' or 'end'");
	}
	op->kind = drops != s->reverse ? PATCH_DROP : PATCH_INSERT;
	return vv_json_get_text(&op->bytes, &op->bytes_len, v, arena, err);
}

static vv_status get_end(const patch_lines *l, vv_error *err)
{
	vv_hash128 h = vv_xxh3_digest128(l->hash);
	char hex[33];
	const vv_json *end = vv_json_get(l->json, "end");
	const char *found = end && end->type == VV_JSON_OBJECT ? vv_json_get_string(end, "xxh3")
							       : NULL;
	snprintf(hex, sizeof(hex), "%016llx%016llx", (unsigned long long)h.hi,
		 (unsigned long long)h.lo);
	if (found && strcmp(found, hex) == 0) return VV_OK;
	vv_fail(err, VV_EINPUT,
		"expected the checksum of the lines above, %s: something was changed, or lines "
		"are missing",
		hex);
	return vv_hint(err, "get the patch again");
}

vv_status patch_op_read(patch_op *out, patch_lines *l, const patch_section *s, vv_error *err)
{
	int more = patch_lines_next(l, err);
	memset(out, 0, sizeof(*out));
	if (more < 0) return (vv_status)more;
	if (more == 0) {
		patch_fail(l, err, "the patch ends here; expected more lines up to {\"end\":...}");
		return vv_hint(err, "it is not whole: get it again");
	}
	const vv_json *first = l->json->first;
	if (first && strcmp(first->name, "end") == 0) {
		out->kind = PATCH_END;
		return patch_at(l, get_end(l, err), err);
	}
	patch_lines_hash(l);
	if (!first) return patch_fail(l, err, "expected a change or {\"end\":...}");
	vv_status rc = s->is_table ? get_row_op(out, s, l->json, &l->arena, err)
				   : get_bytes_op(out, s, l->json, &l->arena, err);
	return patch_at(l, rc, err);
}
