/*
 * json_records: which array of a document is the one with the rows, from what yajl meets on its way.
 */
#include "base/json/json_records.h"

#include <string.h>

#include "base/arena.h"
#include "base/json/json.h"
#include "base/json/json_internal.h"
#include "base/text.h"

/* One value that is open. */
typedef struct level {
	bool array;
	size_t count; /* array: elements so far, the one under way among them */
	const char *name;
	size_t name_len; /* object: of the member under way, in the arena */
	size_t start;
} level;

typedef struct walk {
	vv_json_records *r;
	const char *wanted; /* a JSON Pointer; NULL: any array of objects */
	const size_t *at;   /* or: the array that begins here */
	yajl_handle handle;
	vv_arena arena;
	level levels[VV_JSON_DEPTH];
	unsigned depth, arrays; /* arrays: how many of the open values are */
	size_t last_end;
	bool no_memory, done;
} walk;

void vv_json_records_clear(vv_json_records *r)
{
	vv_buf_clear_all(&r->path, &r->second);
	memset(r, 0, sizeof(*r));
}

static void put_name(vv_buf *out, const char *name, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (name[i] == '~' || name[i] == '/') {
			vv_buf_puts(out, name[i] == '~' ? "~0" : "~1");
		} else {
			vv_buf_putc(out, name[i]);
		}
	}
}

/* The path of the value that is the innermost open one. */
static void put_path(vv_buf *out, const walk *w)
{
	for (unsigned i = 0; i + 1 < w->depth; i++) {
		const level *l = &w->levels[i];

		vv_buf_putc(out, '/');
		if (l->array) {
			vv_buf_printf(out, "%zu", l->count - 1);
		} else {
			put_name(out, l->name, l->name_len);
		}
	}
}

/* The user's path as a JSON Pointer. */
static void put_pointer(vv_buf *out, const char *path)
{
	if (path[0] == '/' || path[0] == '\0') {
		vv_buf_puts(out, path);
		return;
	}
	vv_buf_putc(out, '/');
	for (; *path; path++) {
		if (*path == '.') {
			vv_buf_putc(out, '/');
		} else {
			put_name(out, path, 1);
		}
	}
}

/* --- what yajl meets ------------------------------------------------------ */

static int note_value(walk *w)
{
	w->last_end = yajl_get_bytes_consumed(w->handle);
	if (w->depth > 0 && w->levels[w->depth - 1].array) {
		w->levels[w->depth - 1].count++;
	}
	return 1;
}

static int note_found_array(walk *w)
{
	const level *l = &w->levels[w->depth - 1];
	vv_json_records *r = w->r;

	if (r->found) {
		put_path(&r->second, w);
		w->done = true;
		return 0;
	}
	r->found = true;
	r->bracket = l->start;
	put_path(&r->path, w);
	w->done = w->wanted || w->at;
	return !w->done;
}

static bool is_wanted(walk *w)
{
	vv_auto(vv_buf) path = VV_BUF_INIT;

	put_path(&path, w);
	w->no_memory = vv_buf_ok(&path, NULL) < 0;
	return !w->no_memory && strcmp(vv_buf_cstr(&path), w->wanted) == 0;
}

static int open_level(walk *w, bool array)
{
	level *outer = w->depth > 0 ? &w->levels[w->depth - 1] : NULL;

	/* The first object of an array that is not inside another array. */
	if (!array && outer && outer->array && outer->count == 0 && w->arrays == 1 && !w->wanted &&
	    !w->at && w->depth > 1 && !note_found_array(w)) {
		return 0;
	}
	(void)note_value(w);
	if (w->depth == VV_JSON_DEPTH) return 0;
	w->levels[w->depth++] = (level){.array = array, .start = w->last_end - 1};
	w->arrays += array;
	if (!array || (!w->wanted && !w->at)) return 1;
	if (w->at ? *w->at == w->last_end - 1 : is_wanted(w)) return note_found_array(w);
	return !w->no_memory;
}

static int close_level(void *ctx)
{
	walk *w = ctx;

	w->last_end = yajl_get_bytes_consumed(w->handle);
	w->arrays -= w->levels[--w->depth].array;
	return 1;
}

static int on_null(void *ctx)
{
	return note_value(ctx);
}

static int on_boolean(void *ctx, int value VV_UNUSED)
{
	return note_value(ctx);
}

static int on_number(void *ctx, const char *text VV_UNUSED, size_t len VV_UNUSED)
{
	return note_value(ctx);
}

static int on_string(void *ctx, const unsigned char *text VV_UNUSED, size_t len VV_UNUSED)
{
	return note_value(ctx);
}

static int on_name(void *ctx, const unsigned char *text, size_t len)
{
	walk *w = ctx;
	level *l = &w->levels[w->depth - 1];

	w->last_end = yajl_get_bytes_consumed(w->handle);
	l->name_len = len;
	/* Inside arrays names matter only where a path may lead through them. */
	if (w->arrays > 0 && !w->wanted && !w->at) return 1;
	l->name = vv_arena_strndup(&w->arena, (const char *)text, len);
	w->no_memory = !l->name;
	return l->name != NULL;
}

static int on_object(void *ctx)
{
	return open_level(ctx, false);
}

static int on_array(void *ctx)
{
	return open_level(ctx, true);
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_boolean,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_start_map = on_object,
	.yajl_map_key = on_name,
	.yajl_end_map = close_level,
	.yajl_start_array = on_array,
	.yajl_end_array = close_level,
};

static vv_status parse_piece(walk *w, const char *text, size_t len, vv_error *err)
{
	yajl_status status = yajl_parse(w->handle, (const unsigned char *)text, len);
	char why[160];

	if (w->no_memory) return vv_fail_nomem(err);
	if (status == yajl_status_ok || w->done || w->r->found) return VV_OK;
	if (status == yajl_status_client_canceled) {
		w->r->fault = w->last_end;
		return vv_fail(err, VV_EINPUT, "nested more than %d levels deep", VV_JSON_DEPTH);
	}
	w->r->fault = vv_json_fault(w->handle, text, len, w->last_end, why, sizeof(why));
	return vv_fail(err, VV_EINPUT, "%s", why);
}

static vv_status parse_text(walk *w, const char *text, size_t len, vv_error *err)
{
	vv_auto(vv_json_pool) pool = {0};
	vv_status rc = vv_json_pool_init(&pool, len, err);

	if (rc < 0) return rc;
	w->handle = yajl_alloc(&callbacks, &pool.funcs, w);
	(void)yajl_config(w->handle, yajl_dont_validate_strings, 1);
	rc = parse_piece(w, text, len, err);
	yajl_free(w->handle);
	vv_arena_clear(&w->arena);
	if (rc == VV_OK) {
		rc = vv_buf_ok(&w->r->path, err);
	}
	return rc < 0 ? rc : vv_buf_ok(&w->r->second, err);
}

vv_status vv_json_records_find(vv_json_records *r, const char *text, size_t len, const char *path,
			       vv_error *err)
{
	vv_auto(vv_buf) pointer = VV_BUF_INIT;
	walk w = {.r = r};
	vv_status rc = VV_OK;

	vv_json_records_clear(r);
	if (path) {
		put_pointer(&pointer, path);
		rc = vv_buf_ok(&pointer, err);
		w.wanted = vv_buf_cstr(&pointer);
	}
	return rc < 0 ? rc : parse_text(&w, text, len, err);
}

bool vv_json_records_path(vv_buf *out, const char *text, size_t bracket)
{
	vv_auto(vv_json_records) r = {0};
	walk w = {.r = &r, .at = &bracket};

	if (parse_text(&w, text, bracket + 1, VV_IGNORED) < 0 || !r.found) return false;
	vv_buf_put(out, vv_buf_cstr(&r.path), r.path.len);
	return true;
}

bool vv_json_records_is(const char *text, size_t bracket, const char *path)
{
	vv_auto(vv_buf) own = VV_BUF_INIT, other = VV_BUF_INIT;

	put_pointer(&other, path);
	return vv_json_records_path(&own, text, bracket) && vv_buf_equal(&own, &other);
}

/* --- around the rows ------------------------------------------------------ */

static vv_status read_around(vv_json **out, vv_arena *arena, vv_buf *text,
			     const vv_json_around *around, const char *name, vv_error *err)
{
	vv_status rc;

	vv_buf_put(text, around->before, around->before_len);
	vv_buf_put(text, around->after, around->after_len);
	if ((rc = vv_buf_ok(text, err)) < 0) return rc;
	return vv_json_read(out, arena, vv_buf_cstr(text), text->len, name, err);
}

vv_status vv_json_around_check(const vv_json_around *around, const char *name, vv_buf *second,
			       vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_auto(vv_json_records) r = {0};
	vv_json *top;

	vv_status rc = read_around(&top, &arena, &text, around, name, err);
	if (rc == VV_OK && second) {
		rc = vv_json_records_find(&r, vv_buf_cstr(&text), text.len, NULL, err);
		vv_buf_put(second, vv_buf_cstr(&r.path), r.path.len);
		rc = rc < 0 ? rc : vv_buf_ok(second, err);
	}
	return rc;
}

static const vv_json *find_member(const vv_json *object, const vv_json *like)
{
	const vv_json *m = object->first;

	while (m && (m->name_len != like->name_len ||
		     (m->name_len > 0 && memcmp(m->name, like->name, m->name_len) != 0))) {
		m = m->next;
	}
	return m;
}

static bool same_value(const vv_json *a, const vv_json *b)
{
	vv_auto(vv_buf) x = VV_BUF_INIT, y = VV_BUF_INIT;

	vv_json_put_node(&x, a);
	vv_json_put_node(&y, b);
	return vv_buf_equal(&x, &y);
}

#define NAMED 5u       /* members that are named, of those that differ */
#define SEARCHED 2000u /* members: so few are looked for one by one */

static void put_changed(vv_buf *out, size_t *count, const vv_json *m)
{
	if (++*count <= NAMED) {
		vv_buf_puts(out, *count > 1 ? ", " : "");
		vv_text_put_escaped(out, m->name, m->name_len);
	}
}

static void name_changes(vv_buf *out, const vv_json *from, const vv_json *to)
{
	size_t count = 0;

	for (const vv_json *m = from->first; m; m = m->next) {
		const vv_json *other = find_member(to, m);

		if (!other || !same_value(m, other)) {
			put_changed(out, &count, m);
		}
	}
	for (const vv_json *m = to->first; m; m = m->next) {
		if (!find_member(from, m)) {
			put_changed(out, &count, m);
		}
	}
	if (count > NAMED) {
		vv_buf_printf(out, " and %zu more", count - NAMED);
	}
}

vv_status vv_json_around_change(vv_buf *out, const vv_json_around *from, const vv_json_around *to,
				vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_buf texts[2] = {VV_BUF_INIT, VV_BUF_INIT};
	vv_json *a, *b;
	vv_status rc;

	if ((rc = read_around(&a, &arena, &texts[0], from, "", err)) == VV_OK &&
	    (rc = read_around(&b, &arena, &texts[1], to, "", err)) == VV_OK && !same_value(a, b)) {
		size_t start = out->len;

		if (a->type == VV_JSON_OBJECT && b->type == VV_JSON_OBJECT &&
		    a->count <= SEARCHED && b->count <= SEARCHED) {
			name_changes(out, a, b);
			vv_buf_puts(out, out->len == start ? "their order" : "");
		} else {
			vv_buf_puts(out, "all");
		}
		rc = vv_buf_ok(out, err);
	}
	vv_buf_clear_all(&texts[0], &texts[1]);
	return rc;
}
