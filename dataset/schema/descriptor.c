/*
 * descriptor: a position in a JSON document as a pointer (RFC 6901).
 */
#include "dataset/schema/descriptor.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

static size_t place_of(const vv_json *node)
{
	size_t place = 0;

	for (const vv_json *n = node->parent->first; n != node; n = n->next) {
		place++;
	}
	return place;
}

/* Only members from the standards are named: none contains a '/' or '~' to escape. */
static void put_part(vv_buf *b, const vv_json *node)
{
	vv_buf_putc(b, '/');
	if (node->name) {
		vv_buf_put(b, node->name, node->name_len);
	} else {
		vv_buf_printf(b, "%zu", place_of(node));
	}
}

static void put_pointer(vv_buf *b, const vv_json *node)
{
	const vv_json *chain[VV_JSON_DEPTH + 1];
	size_t depth = 0;

	for (; node->parent && depth < VV_JSON_DEPTH; node = node->parent) {
		chain[depth++] = node;
	}
	while (depth > 0) {
		put_part(b, chain[--depth]);
	}
}

vv_status vv_descriptor_fail(const vv_json *node, const char *file, vv_error *err, const char *fmt,
			     ...)
{
	vv_auto(vv_buf) pointer = VV_BUF_INIT;
	char what[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	put_pointer(&pointer, node);
	vv_fail(err, VV_EINPUT, "%s: %s%s%s", vv_text_shows(file),
		pointer.len > 0 ? vv_text_show(pointer.data, pointer.len) : "",
		pointer.len > 0 ? ": " : "", what);
	return VV_EINPUT;
}

const char *vv_descriptor_kind(const vv_json *node)
{
	static const char *const kinds[] = {
		[VV_JSON_NULL] = "null",       [VV_JSON_FALSE] = "false",
		[VV_JSON_TRUE] = "true",       [VV_JSON_NUMBER] = "a number",
		[VV_JSON_STRING] = "a string", [VV_JSON_ARRAY] = "an array",
		[VV_JSON_OBJECT] = "an object"};

	return kinds[node->type];
}

bool vv_descriptor_is_text(const vv_json *node)
{
	return node->type == VV_JSON_STRING && !memchr(node->text, '\0', node->text_len);
}

static vv_status want_text(const vv_json *node, const char *file, vv_error *err)
{
	if (node->type != VV_JSON_STRING) {
		return vv_descriptor_fail(node, file, err, "must be a string, is %s",
					  vv_descriptor_kind(node));
	}
	if (!vv_descriptor_is_text(node)) {
		return vv_descriptor_fail(node, file, err, "has a NUL character in it");
	}
	return VV_OK;
}

vv_status vv_descriptor_text(const char **out, const vv_json *object, const char *member,
			     const char *file, vv_error *err)
{
	const vv_json *node = vv_json_get(object, member);
	vv_status rc;

	*out = NULL;
	if (!node) return VV_OK;
	if ((rc = want_text(node, file, err)) < 0) return rc;
	*out = node->text;
	return VV_OK;
}

vv_status vv_descriptor_bool(bool *out, const vv_json *object, const char *member, const char *file,
			     vv_error *err)
{
	const vv_json *node = vv_json_get(object, member);

	if (!node) return VV_OK;
	if (node->type != VV_JSON_TRUE && node->type != VV_JSON_FALSE) {
		return vv_descriptor_fail(node, file, err, "must be true or false, is %s",
					  vv_descriptor_kind(node));
	}
	*out = node->type == VV_JSON_TRUE;
	return VV_OK;
}

vv_status vv_descriptor_texts(const char ***out, size_t *count, vv_arena *arena,
			      const vv_json *node, const char *file, vv_error *err)
{
	bool single = node->type == VV_JSON_STRING;
	size_t n = 0;
	vv_status rc;

	if (!single && node->type != VV_JSON_ARRAY) {
		return vv_descriptor_fail(node, file, err, "must be an array of strings, is %s",
					  vv_descriptor_kind(node));
	}
	*out = vv_arena_calloc(arena, (single ? 1 : node->count) + 1, sizeof(**out));
	if (!*out) return vv_fail_nomem(err);
	for (const vv_json *item = single ? node : node->first; item;
	     item = single ? NULL : item->next) {
		if ((rc = want_text(item, file, err)) < 0) return rc;
		(*out)[n++] = item->text;
	}
	*count = n;
	return VV_OK;
}
