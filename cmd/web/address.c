/*
 * address: the places, the parameters, and what may be left out.
 */
#include "cmd/web/address.h"

#include <string.h>

#include "base/ascii.h"
#include "base/codec.h"
#include "base/sys.h"
#include "base/text.h"
#include "transport/server/words.h"

#define SHOW_MAX 512u
#define TEXT_MAX 4096u /* bytes of a value */

/* --- reading ------------------------------------------------------------------------------------- */

typedef struct reading {
	vv_web_address *out;
	vv_arena *arena;
	vv_error *err;
	const char *columns[VV_WEB_FILTERS_MAX], *ops[VV_WEB_FILTERS_MAX],
		*values[VV_WEB_FILTERS_MAX];
	size_t column_count, op_count, value_count;
	const char **show;
	size_t show_count;
	const char *a, *b;    /* of a form that compares */
	const char *form_rev; /* of a form that names the version */
	const char *unknown;  /* a parameter; NULL: none */
} reading;

/* wanted: what makes sense, as the hint. */
static vv_status nonsense(const reading *r, const char *what, const char *text, const char *wanted)
{
	vv_fail(r->err, VV_EUSAGE, "%s '%s' makes no sense here", what, vv_text_shows(text));
	return vv_hint(r->err, "%s", wanted);
}

/* A part of the path, decoded. NULL: it cannot be, or there is no memory. */
static const char *decode(reading *r, const char *text, size_t len)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	const char *kept = NULL;

	if (vv_http_decode(&b, text, len)) {
		kept = vv_arena_strndup(r->arena, vv_buf_cstr(&b), b.len);
	}
	return kept;
}

static vv_status take_path(reading *r, const char *text)
{
	if (*text == '\0') return VV_OK;
	r->out->path = decode(r, text, strlen(text));
	return r->out->path && *r->out->path
		       ? VV_OK
		       : nonsense(
				 r, "the path", text,
				 "a path is UTF-8, with %XX for bytes that an address cannot have");
}

/* "REV" or "REV/PATH". */
static vv_status take_rev(reading *r, const char *text)
{
	size_t len = strcspn(text, "/");

	if (*text == '\0') {
		r->out->rev = "HEAD";
		return VV_OK;
	}
	if (len == 0 || !(r->out->rev = decode(r, text, len))) {
		return nonsense(r, "the version", text,
				"a branch, a tag, a commit, or a day as YYYY-MM-DD");
	}
	return take_path(r, text[len] ? text + len + 1 : "");
}

/* "A...B", "A..B" or one version, which is compared with the one before. */
static vv_status take_range(reading *r, const char *text)
{
	size_t len = strcspn(text, "/");
	const char *dots = NULL;

	for (size_t i = 0; i + 1 < len && !dots; i++) {
		dots = text[i] == '.' && text[i + 1] == '.' && i > 0 ? text + i : NULL;
	}
	if (!dots) return take_rev(r, text);
	r->out->from_base = dots[2] == '.' && dots + 3 < text + len && dots[3] != '.';
	/* "A...work": the work tree's name begins with a dot itself */
	if (r->out->from_base && strncmp(dots + 2, VV_WEB_WORK, strlen(VV_WEB_WORK)) == 0 &&
	    (size_t)(text + len - dots - 2) == strlen(VV_WEB_WORK)) {
		r->out->from_base = false;
	} else if (!r->out->from_base && dots[2] == '.' && dots[3] == '.') {
		r->out->from_base = true; /* "A....work" */
	}
	size_t right = (size_t)(dots - text) + (r->out->from_base ? 3 : 2);
	r->out->other_rev = decode(r, text, (size_t)(dots - text));
	r->out->rev = right < len ? decode(r, text + right, len - right) : "HEAD";
	if (!r->out->other_rev || !r->out->rev) {
		return nonsense(
			r, "the comparison", text,
			"write it as A..B: each a branch, a tag, a commit, or a day as YYYY-MM-DD");
	}
	return take_path(r, text[len] ? text + len + 1 : "");
}

/* What is of one dataset needs its name. */
static vv_status take_rev_and_path(reading *r, const char *place, const char *rest)
{
	vv_status rc = *rest ? take_rev(r, rest) : VV_OK;

	if (rc == VV_OK && !r->out->path) {
		vv_fail(r->err, VV_EUSAGE, "which table?");
		return vv_hint(r->err, "name a version and its path: %s/REV/PATH", place);
	}
	return rc;
}

typedef struct known_place {
	const char *name;
	vv_web_place place;
	bool page, api, old; /* old: a page's word of before */
} known_place;

/* The first of a name is what it means, the first of a place what it is called. */
static const known_place places[] = {
	{"commits", VV_WEB_AT_COMMITS, .page = true},
	{"commits.atom", VV_WEB_AT_FEED, .page = true},
	{"search", VV_WEB_AT_SEARCH, .page = true},
	{"tree", VV_WEB_AT_TREE, .page = true},
	{"table", VV_WEB_AT_TABLE, .page = true},
	{"table", VV_WEB_AT_ROW, .page = true},
	{"columns", VV_WEB_AT_COLUMNS, .page = true},
	{"history", VV_WEB_AT_HISTORY, .page = true, .api = true},
	{"compare", VV_WEB_AT_COMPARE, .page = true, .api = true},
	{"check", VV_WEB_AT_CHECK, .page = true},
	{"conflicts", VV_WEB_AT_CONFLICTS, .page = true, .api = true},
	{"assets", VV_WEB_AT_ASSET, .page = true},
	{"raw", VV_WEB_AT_RAW, .page = true},
	{"changes", VV_WEB_AT_OVERVIEW, .api = true},
	{"history", VV_WEB_AT_COMMITS, .api = true},
	{"datasets", VV_WEB_AT_TREE, .api = true},
	{"data", VV_WEB_AT_TABLE, .api = true},
	{"row", VV_WEB_AT_ROW, .api = true},
	{"column", VV_WEB_AT_COLUMNS, .api = true},
	{"refs", VV_WEB_AT_REFS, .api = true},
	{"values", VV_WEB_AT_VALUES, .api = true},
	{"data", VV_WEB_AT_TABLE, .page = true, .old = true},
	{"row", VV_WEB_AT_ROW, .page = true, .old = true},
	{"column", VV_WEB_AT_COLUMNS, .page = true, .old = true},
};
#define PLACES (sizeof(places) / sizeof(places[0]))

static const known_place *find_place(const char *name, size_t len, bool api)
{
	for (size_t i = 0; i < PLACES; i++) {
		if (strlen(places[i].name) == len && memcmp(places[i].name, name, len) == 0 &&
		    (api ? places[i].api : places[i].page)) {
			return &places[i];
		}
	}
	return NULL;
}

bool vv_web_is_place(const char *name)
{
	return find_place(name, strlen(name), false) != NULL;
}

/* A folder's '/' at its end is no part of its name. */
static vv_status take_tree(reading *r, const char *text)
{
	vv_status rc = take_rev(r, text);
	size_t len = rc == VV_OK && r->out->path ? strlen(r->out->path) : 0;

	if (len > 0 && r->out->path[len - 1] == '/') {
		r->out->path = len > 1 ? vv_arena_strndup(r->arena, r->out->path, len - 1) : NULL;
	}
	return rc;
}

static vv_status read_place(reading *r, const char *below)
{
	vv_web_address *a = r->out;

	below += *below == '/';
	if (strncmp(below, "api/v0", 6) == 0 && (below[6] == '/' || below[6] == '\0')) {
		a->api = true;
		below += below[6] ? 7 : 6;
	}
	if (*below == '\0') {
		a->place = VV_WEB_AT_OVERVIEW;
		return VV_OK;
	}
	size_t len = strcspn(below, "/");
	const known_place *p = find_place(below, len, a->api);
	if (!p) {
		vv_fail(r->err, VV_ENOTFOUND, "no such page '%s'", vv_text_show(below, len));
		return vv_hint(
			r->err, "%s",
			a->api ? "below api/v0 there are changes, refs, datasets, data, values, "
				 "compare, row, history, column and conflicts"
			       : "there are commits, search, tree, table, columns, history and compare");
	}
	const char *rest = below[len] ? below + len + 1 : "";
	a->place = p->place;
	a->moved = p->old;
	switch (p->place) {
	case VV_WEB_AT_OVERVIEW:
	case VV_WEB_AT_COMMITS:
	case VV_WEB_AT_FEED:
	case VV_WEB_AT_SEARCH:
	case VV_WEB_AT_REFS:
		return *rest ? vv_fail(r->err, VV_ENOTFOUND, "nothing is below '%s'", p->name)
			     : VV_OK;
	case VV_WEB_AT_ASSET:
		a->name = decode(r, rest, strlen(rest));
		return a->name && *a->name
			       ? VV_OK
			       : nonsense(r, "the name", rest,
					  "the files are style.css, script.js and icon.svg");
	case VV_WEB_AT_HISTORY:
	case VV_WEB_AT_CONFLICTS:
		return take_path(r, rest);
	case VV_WEB_AT_TREE:
		return take_tree(r, rest);
	case VV_WEB_AT_COMPARE:
		return *rest ? take_range(r, rest) : VV_OK;
	case VV_WEB_AT_ROW:
	case VV_WEB_AT_COLUMNS:
	case VV_WEB_AT_VALUES:
		return take_rev_and_path(r, p->name, rest);
	default:
		return take_rev(r, rest);
	}
}

static vv_status take_number(const reading *r, const char *name, const char *value, uint64_t *out)
{
	if (*value == '\0') return VV_OK;
	return vv_parse_u64(out, value, strlen(value))
		       ? VV_OK
		       : nonsense(r, name, value, "it is a whole number from 0 on");
}

/* A version or a path that a form names may have what the path of an address may: no control characters. */
static vv_status take_name(const reading *r, const char *name, const char *value, const char **out)
{
	for (const char *p = value; *p; p++) {
		if (vv_is_control(*p)) return nonsense(r, name, value, "it has control characters");
	}
	*out = *value ? value : NULL;
	return VV_OK;
}

static const char *or_null(const char *value)
{
	return *value ? value : NULL;
}

static vv_status take_hide(reading *r, const char *value)
{
	bool *kind = strcmp(value, "added") == 0     ? &r->out->compare.no_added
		     : strcmp(value, "removed") == 0 ? &r->out->compare.no_removed
		     : strcmp(value, "changed") == 0 ? &r->out->compare.no_changed
						     : NULL;

	if (!kind) {
		return *value ? nonsense(r, "hide", value, "it is added, removed or changed")
			      : VV_OK;
	}
	*kind = true;
	return VV_OK;
}

static vv_status take_form(reading *r, const char *value)
{
	static const char *const names[VV_WEB_FORMS] = {"csv", "json", "ndjson", "csv-bom", "xlsx"};

	r->out->format = or_null(value);
	for (size_t i = 0; i < VV_WEB_FORMS; i++) {
		if (strcmp(value, names[i]) == 0) {
			r->out->has_form = true;
			r->out->form = (vv_web_form)i;
			return VV_OK;
		}
	}
	return *value ? nonsense(r, "format", value, "it is csv, csv-bom, json, ndjson or xlsx")
		      : VV_OK;
}

static vv_status take_listed(const reading *r, const char **list, size_t *count, const char *value)
{
	if (*count == VV_WEB_FILTERS_MAX) {
		return vv_fail(r->err, VV_EUSAGE, "more than %u filters", VV_WEB_FILTERS_MAX);
	}
	list[(*count)++] = value;
	return VV_OK;
}

static vv_status take_show(reading *r, const char *value)
{
	if (*value == '\0') return VV_OK;
	if (r->show_count == SHOW_MAX) {
		return vv_fail(r->err, VV_EUSAGE, "more than %u columns to show", SHOW_MAX);
	}
	r->show[r->show_count++] = value;
	return VV_OK;
}

static vv_status take_parameter(reading *r, const char *name, const char *v)
{
	vv_web_address *a = r->out;
	uint64_t n = 0;
	vv_status rc;

	if (strcmp(name, "q") == 0) {
		a->rows.search = a->compare.search = or_null(v);
	} else if (strcmp(name, "col") == 0) {
		return take_listed(r, r->columns, &r->column_count, v);
	} else if (strcmp(name, "op") == 0) {
		return take_listed(r, r->ops, &r->op_count, v);
	} else if (strcmp(name, "val") == 0) {
		return take_listed(r, r->values, &r->value_count, v);
	} else if (strcmp(name, "where") == 0) {
		a->rows.where = or_null(v);
	} else if (strcmp(name, "sort") == 0) {
		a->rows.sort = or_null(v);
	} else if (strcmp(name, "dir") == 0) {
		a->rows.descending = strcmp(v, "desc") == 0;
		return a->rows.descending || *v == '\0' || strcmp(v, "asc") == 0
			       ? VV_OK
			       : nonsense(r, name, v, "it is asc or desc");
	} else if (strcmp(name, "show") == 0) {
		return take_show(r, v);
	} else if (strcmp(name, "from") == 0) {
		rc = take_number(r, name, v, &a->rows.from);
		a->compare.from = a->rows.from;
		return rc;
	} else if (strcmp(name, "n") == 0) {
		rc = take_number(r, name, v, &n);
		n = n < VV_WEB_PAGE_ROWS_MAX ? n : VV_WEB_PAGE_ROWS_MAX;
		a->limit = a->rows.limit = a->compare.limit = (size_t)n;
		return rc;
	} else if (strcmp(name, "jump") == 0) {
		a->rows.jump = or_null(v);
	} else if (strcmp(name, "in") == 0) {
		a->compare.column = or_null(v);
	} else if (strcmp(name, "change") == 0) {
		a->compare.change = or_null(v);
	} else if (strcmp(name, "hide") == 0) {
		return take_hide(r, v);
	} else if (strcmp(name, "key") == 0) {
		a->key = a->compare.key = or_null(v);
	} else if (strcmp(name, "row") == 0) {
		a->has_row = *v != '\0';
		return take_number(r, name, v, &a->row);
	} else if (strcmp(name, "cell") == 0 && !a->api) {
		a->cell = or_null(v);
	} else if (strcmp(name, "name") == 0 && a->place != VV_WEB_AT_ASSET) {
		a->name = or_null(v);
	} else if (strcmp(name, "rev") == 0 && !a->rev && a->place != VV_WEB_AT_COMPARE) {
		a->rev = or_null(v);
	} else if (strcmp(name, "rev") == 0 && !a->api && a->place != VV_WEB_AT_COMPARE) {
		return take_name(r, name, v, &r->form_rev);
	} else if (strcmp(name, "since") == 0) {
		a->since = or_null(v);
	} else if (strcmp(name, "after") == 0) {
		a->after = or_null(v);
	} else if (strcmp(name, "format") == 0) {
		return take_form(r, v);
	} else if (a->place == VV_WEB_AT_COMPARE && strcmp(name, "a") == 0) {
		return take_name(r, name, v, &r->a);
	} else if (a->place == VV_WEB_AT_COMPARE && strcmp(name, "b") == 0) {
		return take_name(r, name, v, &r->b);
	} else if (a->place == VV_WEB_AT_COMPARE && strcmp(name, "path") == 0 && !a->path) {
		return take_name(r, name, v, &a->path);
	} else {
		r->unknown = name;
	}
	return VV_OK;
}

/* A page with a parameter of somebody else's is the same page; but whoever gets data thinks that it was heeded. */
static vv_status refuse_unknown(const reading *r)
{
	if (!r->unknown || !(r->out->api || r->out->has_form)) return VV_OK;
	vv_fail(r->err, VV_EUSAGE, "no such parameter '%s'", vv_text_shows(r->unknown));
	return vv_hint(r->err, "where chooses rows, and show columns");
}

static vv_status make_filters(reading *r)
{
	vv_web_rows_query *q = &r->out->rows;
	vv_web_filter *filters = vv_arena_calloc(r->arena, r->column_count + 1, sizeof(*filters));

	if (!filters) return vv_fail_nomem(r->err);
	for (size_t i = 0; i < r->column_count; i++) {
		vv_web_filter *f = &filters[q->filter_count];
		const char *op = i < r->op_count && *r->ops[i] ? r->ops[i] : "eq";

		if (*r->columns[i] == '\0') {
			continue;
		}
		if (!vv_web_op_parse(&f->op, op)) {
			return nonsense(
				r, "op", op,
				"it is eq, ne, lt, le, gt, ge, has, starts, missing, present or "
				"empty");
		}
		f->column = r->columns[i];
		f->value = i < r->value_count ? r->values[i] : "";
		q->filter_count++;
	}
	q->filters = filters;
	q->show = r->show;
	q->show_count = r->show_count;
	return VV_OK;
}

/* What the rest of the address makes of a page's word. */
static void name_place(vv_web_address *a)
{
	vv_web_place named = a->place;

	if (a->api) return;
	if (named == VV_WEB_AT_TABLE && !a->path) {
		a->place = VV_WEB_AT_TREE;
	} else if (named == VV_WEB_AT_TABLE && (a->key || a->has_row)) {
		a->place = VV_WEB_AT_ROW;
	} else if (named == VV_WEB_AT_HISTORY && !a->path) {
		a->place = VV_WEB_AT_COMMITS;
	}
	a->moved = a->moved || (a->place != named && a->place != VV_WEB_AT_ROW);
}

vv_status vv_web_address_read(vv_web_address *out, vv_arena *arena, const char *base,
			      const char *below, const vv_http_parameter *parameters, size_t count,
			      vv_error *err)
{
	reading r = {.out = out, .arena = arena, .err = err};
	vv_status rc;

	*out = (vv_web_address){.base = base};
	if (!(r.show = vv_arena_calloc(arena, SHOW_MAX, sizeof(*r.show)))) {
		return vv_fail_nomem(err);
	}
	if ((rc = read_place(&r, below)) < 0) return rc;
	for (size_t i = 0; i < count; i++) {
		const char *value = vv_arena_strndup(arena, parameters[i].value,
						     strlen(parameters[i].value));

		if (!value) return vv_fail_nomem(err);
		if (strlen(value) > TEXT_MAX) {
			return vv_fail(err, VV_EUSAGE, "a value of more than %u bytes", TEXT_MAX);
		}
		if ((rc = take_parameter(&r, parameters[i].name, value)) < 0) return rc;
	}
	if ((rc = refuse_unknown(&r)) < 0) return rc;
	if (r.a || r.b) { /* a form's words take the place of the path's */
		out->rev = r.b ? r.b : out->rev;
		out->other_rev = r.a ? r.a : out->other_rev;
	}
	if (r.form_rev) {
		out->rev = r.form_rev;
		out->moved = true;
	}
	name_place(out);
	return make_filters(&r);
}

/* --- writing ------------------------------------------------------------------------------------- */

static void put(vv_buf *out, const char *text)
{
	vv_http_encode(out, text, strlen(text));
}

static void put_path(vv_buf *out, const char *path)
{
	if (path) {
		vv_buf_putc(out, '/');
		vv_percent_put(out, path, strlen(path), "/");
	}
}

typedef struct query {
	vv_buf *out;
	char next; /* '?' before the first parameter */
} query;

static void put_text(query *q, const char *name, const char *value)
{
	if (!value) return;
	vv_buf_putc(q->out, q->next);
	vv_buf_puts(q->out, name);
	vv_buf_putc(q->out, '=');
	put(q->out, value);
	q->next = '&';
}

static void put_number(query *q, const char *name, uint64_t n)
{
	vv_buf_putc(q->out, q->next);
	vv_buf_printf(q->out, "%s=%llu", name, (unsigned long long)n);
	q->next = '&';
}

static void put_unless_0(query *q, const char *name, uint64_t n)
{
	if (n > 0) {
		put_number(q, name, n);
	}
}

static void put_rows(query *q, const vv_web_rows_query *r)
{
	put_text(q, "q", r->search);
	for (size_t i = 0; i < r->filter_count; i++) {
		put_text(q, "col", r->filters[i].column);
		put_text(q, "op", vv_web_op_name(r->filters[i].op));
		put_text(q, "val", r->filters[i].value);
	}
	put_text(q, "where", r->where);
	put_text(q, "sort", r->sort);
	put_text(q, "dir", r->sort && r->descending ? "desc" : NULL);
	for (size_t i = 0; i < r->show_count; i++) {
		put_text(q, "show", r->show[i]);
	}
	put_text(q, "jump", r->jump);
	put_unless_0(q, "from", r->jump ? 0 : r->from);
	put_unless_0(q, "n", r->limit);
}

static void put_compare(query *q, const vv_web_compare_query *c)
{
	put_text(q, "q", c->search);
	put_text(q, "in", c->column);
	put_text(q, "change", c->change);
	put_text(q, "key", c->key);
	put_text(q, "hide", c->no_added ? "added" : NULL);
	put_text(q, "hide", c->no_removed ? "removed" : NULL);
	put_text(q, "hide", c->no_changed ? "changed" : NULL);
	put_unless_0(q, "from", c->from);
	put_unless_0(q, "n", c->limit);
}

static const char *place_name(const vv_web_address *a)
{
	for (size_t i = 0; i < PLACES; i++) {
		if (places[i].place == a->place && (a->api ? places[i].api : places[i].page)) {
			return places[i].name;
		}
	}
	return "";
}

/* A side of a comparison: dots that could be taken for those between the sides are encoded. */
static void put_side(vv_buf *out, const char *rev)
{
	size_t len = strlen(rev);

	for (size_t i = 0; i < len; i++) {
		if (rev[i] == '.' &&
		    (i == 0 || i + 1 == len || rev[i - 1] == '.' || rev[i + 1] == '.')) {
			vv_buf_puts(out, "%2E");
		} else {
			vv_http_encode(out, rev + i, 1);
		}
	}
}

static void put_place(vv_buf *out, const vv_web_address *a)
{
	vv_buf_puts(out, a->base ? a->base : "");
	vv_buf_puts(out, a->api ? "/api/v0/" : "/");
	vv_buf_puts(out, place_name(a));
	switch (a->place) {
	case VV_WEB_AT_COMPARE:
		if (a->rev) {
			vv_buf_putc(out, '/');
			if (a->other_rev) {
				put_side(out, a->other_rev);
				vv_buf_puts(out, a->from_base ? "..." : "..");
			}
			put_side(out, a->rev);
			put_path(out, a->path);
		}
		break;
	case VV_WEB_AT_HISTORY:
	case VV_WEB_AT_CONFLICTS:
		put_path(out, a->path);
		break;
	case VV_WEB_AT_ASSET:
		put_path(out, a->name);
		break;
	case VV_WEB_AT_OVERVIEW:
	case VV_WEB_AT_COMMITS:
	case VV_WEB_AT_FEED:
	case VV_WEB_AT_SEARCH:
	case VV_WEB_AT_REFS:
		break;
	default:
		vv_buf_putc(out, '/');
		put(out, a->rev ? a->rev : "HEAD");
		put_path(out, a->path);
		if (a->place == VV_WEB_AT_TREE && !a->api) {
			vv_buf_putc(out, '/');
		}
		break;
	}
}

void vv_web_address_put(vv_buf *out, const vv_web_address *a)
{
	query q = {out, '?'};

	put_place(out, a);
	switch (a->place) {
	case VV_WEB_AT_COMPARE:
		put_compare(&q, &a->compare);
		break;
	case VV_WEB_AT_TABLE:
		put_rows(&q, &a->rows);
		put_text(&q, "format", a->format);
		break;
	case VV_WEB_AT_VALUES:
	case VV_WEB_AT_COLUMNS:
		put_text(&q, "name", a->name);
		put_rows(&q, &a->rows);
		break;
	case VV_WEB_AT_ROW:
		put_text(&q, "key", a->key);
		if (a->has_row) {
			put_number(&q, "row", a->row);
		}
		put_text(&q, "cell", a->api ? NULL : a->cell);
		put_text(&q, "after", a->after);
		put_unless_0(&q, "from", a->rows.from);
		put_unless_0(&q, "n", a->limit);
		break;
	case VV_WEB_AT_OVERVIEW:
	case VV_WEB_AT_COMMITS:
	case VV_WEB_AT_HISTORY:
		put_text(&q, "rev", a->rev);
		put_text(&q, "since", a->since);
		put_text(&q, "after", a->after);
		put_unless_0(&q, "n", a->limit);
		break;
	case VV_WEB_AT_SEARCH:
		put_text(&q, "q", a->rows.search);
		put_text(&q, "rev", a->rev);
		break;
	case VV_WEB_AT_CONFLICTS:
		put_unless_0(&q, "from", a->rows.from);
		put_unless_0(&q, "n", a->limit);
		break;
	default:
		break;
	}
}

vv_web_address vv_web_address_of(const vv_web_address *asked, vv_web_place place)
{
	return (vv_web_address){.base = asked->base, .place = place};
}
