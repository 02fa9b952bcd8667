/*
 * splice: derives the style of a JSON file (indentation, line ends, spacing between members) from
 * the neighbours.
 */
#include "dataset/schema/splice.h"

#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/json/json.h"

/* The white space after the last line end in s[0 .. len); NULL without a line end. */
static const char *last_line(const char *s, size_t len, size_t *indent_len)
{
	for (size_t i = len; i > 0; i--) {
		if (s[i - 1] == '\n') {
			*indent_len = 0;
			while (i + *indent_len < len &&
			       (s[i + *indent_len] == ' ' || s[i + *indent_len] == '\t')) {
				++*indent_len;
			}
			return s + i;
		}
	}
	return NULL;
}

static void find_habits(vv_splice *s)
{
	const char *newline = s->text.len > 0 ? memchr(s->text.data, '\n', s->text.len) : NULL;
	const char *inside = s->text.data + s->root->start + 1;
	size_t len = 0;

	s->newline = newline && newline > s->text.data && newline[-1] == '\r' ? "\r\n" : "\n";
	s->lines = true;
	s->spaced = true;
	memcpy(s->unit, "  ", 3);
	if (!s->root->first) return;
	s->spaced = vv_is_space(s->text.data[s->root->first->start - 1]);
	const char *indent = last_line(inside, s->root->first->name_start - s->root->start - 1,
				       &len);
	s->lines = indent != NULL;
	if (indent && len < sizeof(s->unit)) {
		memcpy(s->unit, indent, len);
		s->unit[len] = '\0';
	}
}

static vv_status parse_text(vv_splice *s, vv_error *err)
{
	vv_arena_reset(&s->arena);
	vv_status rc = vv_json_read(&s->root, &s->arena, vv_buf_cstr(&s->text), s->text.len,
				    s->file, err);
	if (rc == VV_OK && s->root->type != VV_JSON_OBJECT) {
		rc = vv_fail(err, VV_EINPUT, "%s: must be a JSON object", s->file);
	}
	return rc;
}

vv_status vv_splice_open(vv_splice *s, const char *text, size_t len, const char *file,
			 vv_error *err)
{
	vv_status rc;

	*s = (vv_splice){.file = file};
	vv_buf_put(&s->text, text, len);
	if ((rc = vv_buf_ok(&s->text, err)) == VV_OK && (rc = parse_text(s, err)) == VV_OK) {
		find_habits(s);
	}
	if (rc < 0) {
		vv_splice_clear(s);
	}
	return rc;
}

void vv_splice_clear(vv_splice *s)
{
	vv_buf_clear(&s->text);
	vv_arena_clear(&s->arena);
	s->root = NULL;
}

/* Puts `with` in the place of text[start .. end) and reads the text again. */
static vv_status replace_span(vv_splice *s, size_t start, size_t end, const vv_buf *with,
			      vv_error *err)
{
	vv_buf text = VV_BUF_INIT;
	vv_status rc;

	vv_buf_put(&text, s->text.data, start);
	vv_buf_put(&text, with->data, with->len);
	vv_buf_put(&text, s->text.data + end, s->text.len - end);
	text.failed = text.failed || with->failed;
	if ((rc = vv_buf_ok(&text, err)) < 0) {
		vv_buf_clear(&text);
		return rc;
	}
	vv_buf_clear(&s->text);
	s->text = text;
	return parse_text(s, err);
}

static bool is_flat(const vv_json *node)
{
	return node->type == VV_JSON_ARRAY && !vv_json_find(node, n, n->first);
}

/* Where a new value begins: its line's indentation, or that it shares a line. */
typedef struct place {
	const char *indent;
	size_t indent_len;
	bool lines;
} place;

static void put_break(vv_buf *b, const vv_splice *s, const place *p, size_t depth)
{
	if (!p->lines) return;
	vv_buf_puts(b, s->newline);
	vv_buf_put(b, p->indent, p->indent_len);
	while (depth-- > 0) {
		vv_buf_puts(b, s->unit);
	}
}

/* An array of plain values stays on its line. */
static void put_flat(vv_buf *b, const vv_splice *s, const vv_json *node)
{
	vv_buf_putc(b, '[');
	for (const vv_json *n = node->first; n; n = n->next) {
		vv_json_put_node(b, n);
		if (n->next) {
			vv_buf_puts(b, s->spaced ? ", " : ",");
		}
	}
	vv_buf_putc(b, ']');
}

static void put_value(vv_buf *b, const vv_splice *s, const place *p, const vv_json *node)
{
	const vv_json *n = node;
	size_t depth = 0;

	for (;;) {
		if (n != node && n->name) {
			vv_json_put_string(b, n->name, n->name_len);
			vv_buf_puts(b, s->spaced ? ": " : ":");
		}
		if (is_flat(n)) {
			put_flat(b, s, n);
		} else if (n->first) {
			vv_buf_putc(b, n->type == VV_JSON_OBJECT ? '{' : '[');
			put_break(b, s, p, ++depth);
			n = n->first;
			continue;
		} else {
			vv_json_put_node(b, n);
		}
		while (n != node && !n->next) {
			n = n->parent;
			put_break(b, s, p, --depth);
			vv_buf_putc(b, n->type == VV_JSON_OBJECT ? '}' : ']');
		}
		if (n == node) return;
		vv_buf_puts(b, p->lines || !s->spaced ? "," : ", ");
		put_break(b, s, p, depth);
		n = n->next;
	}
}

static vv_status put_json(vv_buf *b, const vv_splice *s, const place *p, const char *value,
			  vv_error *err)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_json *node = NULL;
	vv_status rc = vv_json_read(&node, &arena, value, strlen(value), "value", err);

	if (rc == VV_OK) {
		put_value(b, s, p, node);
	}
	return rc;
}

/* Where a child begins: at its name, if it has one. */
static size_t begin_of(const vv_json *child)
{
	return child->name ? child->name_start : child->start;
}

static const vv_json *last_of(const vv_json *container, const vv_json **before)
{
	const vv_json *last = container->first;

	*before = NULL;
	while (last && last->next) {
		*before = last;
		last = last->next;
	}
	return last;
}

/* The indentation of the line with text[at]. */
static place line_of(const vv_splice *s, size_t at)
{
	place p = {"", 0, s->lines};
	size_t start = at;

	while (start > 0 && s->text.data[start - 1] != '\n') {
		start--;
	}
	p.indent = s->text.data + start;
	while (start + p.indent_len < at &&
	       (p.indent[p.indent_len] == ' ' || p.indent[p.indent_len] == '\t')) {
		p.indent_len++;
	}
	return p;
}

/* Puts a separator like the one before the container's last child; returns the place of the new
 * child. */
static place put_gap(vv_buf *b, const vv_splice *s, const vv_json *container)
{
	const vv_json *before, *last = last_of(container, &before);
	size_t from = before ? before->end : container->start + 1, to = begin_of(last);
	const char *gap = s->text.data + from;
	place p = {"", 0, false};

	if (!before) {
		vv_buf_putc(b, ',');
	}
	vv_buf_put(b, gap, to - from);
	p.indent = last_line(gap, to - from, &p.indent_len);
	p.lines = p.indent != NULL;
	if (!before && to == from && s->spaced) {
		vv_buf_putc(b, ' ');
	}
	return p;
}

/* Puts the text between name and value of the container's last member. */
static void put_colon(vv_buf *b, const vv_splice *s, const vv_json *container)
{
	const vv_json *before, *last = last_of(container, &before);
	size_t from = last ? last->start : 0;

	if (!last) {
		vv_buf_puts(b, s->spaced ? ": " : ":");
		return;
	}
	while (vv_is_space(s->text.data[from - 1]) || s->text.data[from - 1] == ':') {
		from--;
	}
	vv_buf_put(b, s->text.data + from, last->start - from);
}

/* Adds a child (with a name, if the container is an object) after the last. */
static vv_status add_child(vv_splice *s, const vv_json *container, const char *name,
			   const char *value, vv_error *err)
{
	const vv_json *before, *last = last_of(container, &before);
	size_t start = last ? last->end : container->start + 1,
	       end = last ? last->end : container->end - 1;
	vv_auto(vv_buf) with = VV_BUF_INIT;
	place p = line_of(s, container->start), inner = p;
	vv_auto(vv_buf) indent = VV_BUF_INIT;
	vv_status rc;

	if (last) {
		inner = put_gap(&with, s, container);
	} else if (s->lines) {
		vv_buf_put(&indent, p.indent, p.indent_len);
		vv_buf_puts(&indent, s->unit);
		inner.indent = vv_buf_cstr(&indent);
		inner.indent_len = indent.len;
		put_break(&with, s, &p, 1);
	}
	if (name) {
		vv_json_put_string(&with, name, strlen(name));
		put_colon(&with, s, container);
	}
	if ((rc = vv_buf_ok(&indent, err)) == VV_OK &&
	    (rc = put_json(&with, s, &inner, value, err)) == VV_OK) {
		if (!last) {
			put_break(&with, s, &p, 0);
		}
		rc = replace_span(s, start, end, &with, err);
	}
	return rc;
}

vv_status vv_splice_set(vv_splice *s, const vv_json *object, const char *name, const char *value,
			vv_error *err)
{
	const vv_json *member = vv_json_get(object, name);
	vv_auto(vv_buf) with = VV_BUF_INIT;
	vv_status rc;

	if (!member) return add_child(s, object, name, value, err);
	place p = line_of(s, member->start);
	return (rc = put_json(&with, s, &p, value, err)) < 0
		       ? rc
		       : replace_span(s, member->start, member->end, &with, err);
}

vv_status vv_splice_append(vv_splice *s, const vv_json *array, const char *value, vv_error *err)
{
	return add_child(s, array, NULL, value, err);
}

vv_status vv_splice_remove(vv_splice *s, const vv_json *member, vv_error *err)
{
	const vv_json *parent = member->parent, *before = NULL;
	const vv_buf nothing = VV_BUF_INIT;

	for (const vv_json *n = parent->first; n != member; n = n->next) {
		before = n;
	}
	if (before) return replace_span(s, before->end, member->end, &nothing, err);
	if (member->next) {
		return replace_span(s, begin_of(member), begin_of(member->next), &nothing, err);
	}
	return replace_span(s, parent->start + 1, parent->end - 1, &nothing, err);
}

static int compare_places(const void *a, const void *b)
{
	const vv_json *x = *(const vv_json *const *)a, *y = *(const vv_json *const *)b;

	if (x->start < y->start) return -1;
	return x->start > y->start ? 1 : 0;
}

vv_status vv_splice_strings(vv_splice *s, const vv_json **nodes, size_t count, const char *string,
			    vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;

	if (count == 0) return VV_OK;
	qsort(nodes, count, sizeof(*nodes), compare_places);
	size_t from = nodes[0]->start;
	size_t end = nodes[count - 1]->end;
	for (size_t i = 0; i < count; i++) {
		vv_buf_put(&text, s->text.data + from, nodes[i]->start - from);
		vv_json_put_string(&text, string, strlen(string));
		from = nodes[i]->end;
	}
	return replace_span(s, nodes[0]->start, end, &text, err);
}
