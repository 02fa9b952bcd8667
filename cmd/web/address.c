/*
 * address: the places, the parameters, and what may be left out.
 */
#include "cmd/web/address.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/codec.h"
#include "base/sys.h"
#include "base/text.h"
#include "transport/server/words.h"

#define SHOW_MAX 512u
#define TEXT_MAX 4096u /* bytes of a value */

/* --- reading ------------------------------------------------------------------------------------- */

/* Values of a repeated parameter. */
typedef struct listed {
	const char **items;
	size_t count;
} listed;

typedef struct reading {
	vv_web_address *out;
	vv_arena *arena;
	vv_error *err;
	listed columns, ops, values, show;
	const char *a, *b;    /* of a form that compares */
	const char *form_rev; /* of a form that names the version */
	const char *unknown;  /* a parameter; NULL: none */
} reading;

/* wanted: what makes sense, as the hint. */
static vv_status nonsense_part(const reading *r, const char *what, const char *text, size_t len,
			       const char *wanted)
{
	return vv_fail(r->err, VV_EUSAGE, "%s '%s' is invalid\n%s", what, vv_text_show(text, len),
		       wanted);
}

static vv_status nonsense_text(const reading *r, const char *what, const char *text,
			       const char *wanted)
{
	return nonsense_part(r, what, text, strlen(text), wanted);
}

/* A part of the path, decoded. NULL: invalid, or out of memory. */
static const char *decode_part(reading *r, const char *text, size_t len)
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
	r->out->path = decode_part(r, text, strlen(text));
	return r->out->path && *r->out->path
		       ? VV_OK
		       : nonsense_text(r, "the path", text,
				       "remove control characters, and write '%' as %25");
}

/* "REV" or "REV/PATH". */
static vv_status take_rev(reading *r, const char *text)
{
	size_t len = strcspn(text, "/");

	if (*text == '\0') {
		r->out->rev = "HEAD";
		return VV_OK;
	}
	if (len == 0 || !(r->out->rev = decode_part(r, text, len))) {
		return nonsense_part(r, "the version", text, len,
				     "write a branch, a tag, a commit, or a day as YYYY-MM-DD");
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
	r->out->other_rev = decode_part(r, text, (size_t)(dots - text));
	r->out->rev = right < len ? decode_part(r, text + right, len - right) : "HEAD";
	if (!r->out->other_rev || !r->out->rev) {
		return nonsense_part(
			r, "the comparison", text, len,
			"write A..B, where A and B are a branch, a tag, a commit, or a day as YYYY-MM-DD");
	}
	return take_path(r, text[len] ? text + len + 1 : "");
}

/* Places of one dataset need its name. */
static vv_status take_rev_and_path(reading *r, const char *place, const char *rest)
{
	vv_status rc = *rest ? take_rev(r, rest) : VV_OK;

	if (rc == VV_OK && !r->out->path) {
		return vv_fail(
			r->err, VV_EUSAGE,
			"the address does not name a table\nwrite its version and its path: %s/REV/PATH",
			place);
	}
	return rc;
}

typedef struct known_place {
	const char *name;
	vv_web_place place;
	bool page, api, old; /* old: a page's word of before */
} known_place;

/* The first entry with a name determines its meaning, the first with a place its name. */
static const known_place places[] = {
	{"commits", VV_WEB_AT_COMMITS, .page = true},
	{"commits.atom", VV_WEB_AT_FEED, .page = true},
	{"search", VV_WEB_AT_SEARCH, .page = true},
	{"sql", VV_WEB_AT_SQL, .page = true},
	{"tree", VV_WEB_AT_TREE, .page = true},
	{"table", VV_WEB_AT_TABLE, .page = true},
	{"table", VV_WEB_AT_ROW, .page = true},
	{"columns", VV_WEB_AT_COLUMNS, .page = true},
	{"history", VV_WEB_AT_HISTORY, .page = true, .api = true},
	{"compare", VV_WEB_AT_COMPARE, .page = true, .api = true},
	{"check", VV_WEB_AT_CHECK, .page = true},
	{"conflicts", VV_WEB_AT_CONFLICTS, .page = true, .api = true},
	{"desk", VV_WEB_AT_DESK, .page = true},
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
	return vv_array_find(places, PLACES, p,
			     strlen(p->name) == len && memcmp(p->name, name, len) == 0 &&
				     (api ? p->api : p->page));
}

bool vv_web_is_place(const char *name)
{
	return find_place(name, strlen(name), false) != NULL;
}

/* A folder's '/' at its end is not part of its name. */
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
		return vv_fail(
			r->err, VV_ENOTFOUND,
			"no such page '%s'\n"
			"%s",
			vv_text_show(below, len),
			a->api ? "the pages below api/v0 are /changes, /refs, /datasets, /data, "
				 "/values, /compare, /row, /history, /column and /conflicts"
			       : "the pages are commits, search, tree, table, columns, history, compare and check");
	}
	const char *rest = below[len] ? below + len + 1 : "";
	a->place = p->place;
	a->moved = p->old;
	switch (p->place) {
	case VV_WEB_AT_OVERVIEW:
	case VV_WEB_AT_COMMITS:
	case VV_WEB_AT_FEED:
	case VV_WEB_AT_SEARCH:
	case VV_WEB_AT_SQL:
	case VV_WEB_AT_REFS:
		return *rest ? vv_fail(r->err, VV_ENOTFOUND, "'%s' has no pages below it", p->name)
			     : VV_OK;
	case VV_WEB_AT_ASSET:
		a->name = decode_part(r, rest, strlen(rest));
		return a->name && *a->name ? VV_OK
					   : nonsense_text(r, "the name", rest,
							   "use style.css, script.js or icon.svg");
	case VV_WEB_AT_HISTORY:
	case VV_WEB_AT_CONFLICTS:
	case VV_WEB_AT_DESK:
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

/* --- parameters ---------------------------------------------------------------------------------- */

typedef enum kind {
	TEXT,
	NAME, /* of a form: text valid in the path of an address, without control characters */
	NUMBER,
	COUNT, /* of items shown at once */
	WORD,  /* a bool: present or not */
	LISTED /* of the reading: repeated */
} kind;

/* The names of members of the address, or of the reading, in the order of writing; read in any order. */
typedef struct known_parameter {
	const char *name;
	unsigned places; /* where it is written; 0: it is only read */
	kind kind;
	size_t at; /* the member */
	const char *word;
} known_parameter;

#define MEMBER(m) offsetof(vv_web_address, m)
#define READ(m) offsetof(reading, m)
#define OF(place) (1u << VV_WEB_AT_##place)
#define OF_ROWS (OF(TABLE) | OF(COLUMNS) | OF(VALUES))
#define OF_LOGS (OF(OVERVIEW) | OF(COMMITS) | OF(HISTORY))
#define OF_LISTS (OF_LOGS | OF(COLUMNS) | OF(VALUES) | OF(ROW) | OF(CONFLICTS))

static const known_parameter known_parameters[] = {
	{"name", OF(COLUMNS) | OF(VALUES) | OF(CONFLICTS), TEXT, MEMBER(name), NULL},
	{"sent", OF(DESK), TEXT, MEMBER(name), NULL},
	{"done", OF(DESK) | OF(CONFLICTS) | OF(ROW) | OF(TABLE) | OF(COMPARE), TEXT, MEMBER(done),
	 NULL},
	{"form", OF(DESK), WORD, MEMBER(login), "login"},
	{"like", OF(DESK), TEXT, MEMBER(key), NULL},
	{"key", OF(ROW) | OF(CONFLICTS), TEXT, MEMBER(key), NULL},
	{"row", OF(ROW), NUMBER, MEMBER(row), NULL},
	{"cell", OF(ROW) | OF(CONFLICTS), TEXT, MEMBER(cell), NULL},
	{"q", OF_ROWS | OF(SEARCH), TEXT, MEMBER(rows.search), NULL},
	{"q", OF(COMPARE), TEXT, MEMBER(compare.search), NULL},
	{"col", OF_ROWS, LISTED, READ(columns), NULL},
	{"op", 0, LISTED, READ(ops), NULL},
	{"val", 0, LISTED, READ(values), NULL},
	{"where", OF_ROWS, TEXT, MEMBER(rows.where), NULL},
	{"sort", OF_ROWS, TEXT, MEMBER(rows.sort), NULL},
	{"dir", OF_ROWS, WORD, MEMBER(rows.descending), "desc"},
	{"dir", 0, WORD, MEMBER(ascending), "asc"},
	{"show", OF_ROWS, LISTED, READ(show), NULL},
	{"in", OF(COMPARE), TEXT, MEMBER(compare.column), NULL},
	{"change", OF(COMPARE), TEXT, MEMBER(compare.change), NULL},
	{"key", OF(COMPARE), TEXT, MEMBER(compare.key), NULL},
	{"hide", OF(COMPARE), WORD, MEMBER(compare.no_added), "added"},
	{"hide", OF(COMPARE), WORD, MEMBER(compare.no_removed), "removed"},
	{"hide", OF(COMPARE), WORD, MEMBER(compare.no_changed), "changed"},
	{"rev", OF_LOGS | OF(SEARCH), NAME, MEMBER(rev), NULL},
	{"since", OF_LOGS | OF(DESK), TEXT, MEMBER(since), NULL},
	{"after", OF_LOGS | OF(ROW) | OF(DESK), TEXT, MEMBER(after), NULL},
	{"of", OF(CONFLICTS), NUMBER, MEMBER(of), NULL},
	{"jump", OF_ROWS, TEXT, MEMBER(rows.jump), NULL},
	{"from", OF_ROWS | OF(ROW) | OF(CONFLICTS), NUMBER, MEMBER(rows.from), NULL},
	{"from", OF(COMPARE), NUMBER, MEMBER(compare.from), NULL},
	{"n", OF(TABLE), COUNT, MEMBER(rows.limit), NULL},
	{"n", OF(COMPARE), COUNT, MEMBER(compare.limit), NULL},
	{"n", OF_LISTS, COUNT, MEMBER(limit), NULL},
	{"format", OF(TABLE), TEXT, MEMBER(format), NULL},
};
#define PARAMETERS (sizeof(known_parameters) / sizeof(known_parameters[0]))

static vv_status take_number(const reading *r, const known_parameter *p, const char *v, void *to)
{
	uint64_t n = 0;

	if (*v && !vv_parse_u64(&n, v, strlen(v))) {
		return nonsense_text(r, p->name, v, "use a whole number, 0 or greater");
	}
	if (p->kind == COUNT) {
		*(size_t *)to = n < VV_WEB_PAGE_ROWS_MAX ? (size_t)n : VV_WEB_PAGE_ROWS_MAX;
	} else {
		*(uint64_t *)to = n;
	}
	return VV_OK;
}

static vv_status take_text(const reading *r, const known_parameter *p, const char *v,
			   const char **to)
{
	for (const char *c = v; *c && p->kind == NAME; c++) {
		if (vv_is_control(*c)) {
			return nonsense_text(r, p->name, v, "remove its control characters");
		}
	}
	*to = *v ? v : NULL;
	return VV_OK;
}

static vv_status take_listed(const reading *r, const known_parameter *p, const char *v, listed *to)
{
	const bool columns = p->at == READ(show);
	const size_t most = columns ? SHOW_MAX : VV_WEB_FILTERS_MAX;

	if (columns && *v == '\0') return VV_OK;
	if (to->count == most) {
		return vv_fail(r->err, VV_EUSAGE, "more than %zu %s", most,
			       columns ? "columns to show" : "filters");
	}
	to->items[to->count++] = v;
	return VV_OK;
}

static vv_status take_form(reading *r, const char *value)
{
	const vv_web_form_facts *form = vv_array_find(vv_web_forms, VV_WEB_FORMS, f,
						      strcmp(value, f->name) == 0);

	if (form) {
		r->out->has_form = true;
		r->out->form = (vv_web_form)(form - vv_web_forms);
		return VV_OK;
	}
	return *value ? nonsense_text(r, "format", value,
				      "use csv, csv-bom, json, ndjson, xlsx or parquet")
		      : VV_OK;
}

/* Members used only by forms. NULL: another member. */
static const char **form_member(reading *r, const char *name)
{
	vv_web_address *a = r->out;

	if (a->place != VV_WEB_AT_COMPARE) {
		return strcmp(name, "rev") == 0 && a->rev && !a->api ? &r->form_rev : NULL;
	}
	if (strcmp(name, "a") == 0) return &r->a;
	if (strcmp(name, "b") == 0) return &r->b;
	if (strcmp(name, "path") == 0 && !a->path) return &a->path;
	return NULL;
}

/* Is it a parameter of something else there? */
static bool is_elsewhere(const vv_web_address *a, const known_parameter *p)
{
	return (p->at == MEMBER(cell) && p->kind == TEXT && a->api) ||
	       (p->at == MEMBER(name) && p->kind == TEXT && a->place == VV_WEB_AT_ASSET) ||
	       (p->kind == NAME && (a->rev || a->place == VV_WEB_AT_COMPARE));
}

static vv_status take_parameter(reading *r, const char *name, const char *v)
{
	const known_parameter form = {.name = name, .kind = NAME};
	const char **member = form_member(r, name);
	bool known = false, said = false;
	vv_status rc = VV_OK;

	if (member) return take_text(r, &form, v, member);
	for (size_t i = 0; i < PARAMETERS && rc == VV_OK; i++) {
		const known_parameter *p = &known_parameters[i];
		void *to = p->kind == LISTED ? (char *)r + p->at : (char *)r->out + p->at;

		if (strcmp(p->name, name) != 0 || is_elsewhere(r->out, p)) {
			continue;
		}
		known = true;
		if (p->kind == WORD) {
			*(bool *)to = *(bool *)to || strcmp(v, p->word) == 0;
			said = said || strcmp(v, p->word) == 0;
			continue;
		}
		said = true;
		if (p->kind == LISTED) {
			rc = take_listed(r, p, v, to);
		} else if (p->kind == TEXT || p->kind == NAME) {
			rc = take_text(r, p, v, to);
		} else {
			rc = take_number(r, p, v, to);
		}
	}
	if (rc == VV_OK && known && !said && *v) {
		return nonsense_text(r, name, v,
				     *name == 'd' ? "use asc or desc"
						  : "use added, removed or changed");
	}
	r->unknown = known ? r->unknown : name;
	r->out->has_row = r->out->has_row || (strcmp(name, "row") == 0 && *v);
	return rc == VV_OK && strcmp(name, "format") == 0 ? take_form(r, v) : rc;
}

/* A page ignores unknown parameters; but a client for data would believe them heeded. */
static vv_status refuse_unknown(const reading *r)
{
	if (!r->unknown || !(r->out->api || r->out->has_form)) return VV_OK;
	(void)vv_fail(r->err, VV_EUSAGE, "no such parameter '%s'", vv_text_shows(r->unknown));
	return OF_ROWS & 1u << r->out->place
		       ? vv_hint(r->err, "use 'where' to choose rows and 'show' to choose columns")
		       : VV_EUSAGE;
}

static vv_status make_filters(reading *r)
{
	vv_web_rows_query *q = &r->out->rows;
	vv_web_filter *filters = vv_arena_calloc(r->arena, r->columns.count + 1, sizeof(*filters));

	if (!filters) return vv_fail_nomem(r->err);
	for (size_t i = 0; i < r->columns.count; i++) {
		vv_web_filter *f = &filters[q->filter_count];
		const char *op = i < r->ops.count && *r->ops.items[i] ? r->ops.items[i] : "eq";

		if (*r->columns.items[i] == '\0') {
			continue;
		}
		if (!vv_web_op_parse(&f->op, op)) {
			return nonsense_text(
				r, "op", op,
				"use eq, ne, lt, le, gt, ge, has, starts, missing, present or empty");
		}
		f->column = r->columns.items[i];
		f->value = i < r->values.count ? r->values.items[i] : "";
		q->filter_count++;
	}
	q->filters = filters;
	q->show = r->show.items;
	q->show_count = r->show.count;
	return VV_OK;
}

/* Chooses the place for a page's word from the rest of the address. */
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
	listed *const lists[] = {&r.columns, &r.ops, &r.values, &r.show};
	vv_status rc;

	*out = (vv_web_address){.base = base};
	vv_array_each(lists, 4, list) {
		(*list)->items = vv_arena_calloc(arena, SHOW_MAX, sizeof(char *));
		if (!(*list)->items) return vv_fail_nomem(err);
	}
	if ((rc = read_place(&r, below)) < 0) return rc;
	vv_array_each(parameters, count, parameter) {
		const char *value = vv_arena_strndup(arena, parameter->value,
						     strlen(parameter->value));

		if (!value) return vv_fail_nomem(err);
		if (strlen(value) > TEXT_MAX) {
			return vv_fail(err, VV_EUSAGE, "the parameter '%s' has more than %u bytes",
				       vv_text_shows(parameter->name), TEXT_MAX);
		}
		if ((rc = take_parameter(&r, parameter->name, value)) < 0) return rc;
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

static void put_encoded(vv_buf *out, const char *text)
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

static const char *place_name(const vv_web_address *a)
{
	vv_array_each(places, PLACES, place) {
		if (place->place == a->place && (a->api ? place->api : place->page)) {
			return place->name;
		}
	}
	return "";
}

/* A side of a comparison: dots that could be mistaken for those between the sides are encoded. */
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
	case VV_WEB_AT_DESK:
		put_path(out, a->path);
		break;
	case VV_WEB_AT_ASSET:
		put_path(out, a->name);
		break;
	case VV_WEB_AT_OVERVIEW:
	case VV_WEB_AT_COMMITS:
	case VV_WEB_AT_FEED:
	case VV_WEB_AT_SEARCH:
	case VV_WEB_AT_SQL:
	case VV_WEB_AT_REFS:
		break;
	default:
		vv_buf_putc(out, '/');
		put_encoded(out, a->rev ? a->rev : "HEAD");
		put_path(out, a->path);
		if (a->place == VV_WEB_AT_TREE && !a->api) {
			vv_buf_putc(out, '/');
		}
		break;
	}
}

/* Filters, or columns to show. */
static void give_listed(const vv_web_address *a, bool shown, vv_web_parameter_fn fn, void *payload)
{
	const vv_web_rows_query *q = &a->rows;

	vv_array_each(q->filters, shown ? 0 : q->filter_count, filter) {
		fn(payload, "col", filter->column);
		fn(payload, "op", vv_web_op_name(filter->op));
		fn(payload, "val", filter->value);
	}
	vv_array_each(q->show, shown ? q->show_count : 0, name) {
		fn(payload, "show", *name);
	}
}

/* The member's text; NULL: none, or the default. */
static const char *parameter_text(const vv_web_address *a, const known_parameter *p,
				  char number[24])
{
	const void *member = (const char *)a + p->at;

	if (p->kind == TEXT || p->kind == NAME) return *(const char *const *)member;
	if (p->kind == WORD) {
		return *(const bool *)member && (p->name[0] != 'd' || a->rows.sort) ? p->word
										    : NULL;
	}
	uint64_t n = p->kind == COUNT ? *(const size_t *)member : *(const uint64_t *)member;
	(void)snprintf(number, 24, "%llu", (unsigned long long)n);
	if (p->at == MEMBER(row)) return a->has_row ? number : NULL;
	if (n == 0 || (p->at == MEMBER(rows.from) && a->rows.jump)) return NULL;
	return number;
}

void vv_web_address_each(const vv_web_address *a, vv_web_parameter_fn fn, void *payload)
{
	vv_array_each(known_parameters, PARAMETERS, p) {
		char number[24];

		if (!(p->places & 1u << a->place) || (p->at == MEMBER(cell) && a->api)) {
			continue;
		}
		if (p->kind == LISTED) {
			give_listed(a, p->at == READ(show), fn, payload);
			continue;
		}
		const char *value = parameter_text(a, p, number);
		if (value) {
			fn(payload, p->name, value);
		}
	}
}

typedef struct query {
	vv_buf *out;
	char next; /* '?' before the first parameter */
} query;

static void put_parameter(void *payload, const char *name, const char *value)
{
	query *q = payload;

	vv_buf_putc(q->out, q->next);
	vv_buf_printf(q->out, "%s=", name);
	put_encoded(q->out, value);
	q->next = '&';
}

void vv_web_address_put(vv_buf *out, const vv_web_address *a)
{
	query q = {out, '?'};

	put_place(out, a);
	vv_web_address_each(a, put_parameter, &q);
	if (a->place == VV_WEB_AT_TABLE && a->rows.jump && !a->api && !a->has_form) {
		vv_buf_puts(out, "#here"); /* the row, somewhere in its page */
	}
}
