/*
 * descriptor: the words of faults in descriptors, and their positions.
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

void vv_descriptor_pointer(vv_buf *out, const vv_json *node)
{
	const vv_json *chain[VV_JSON_DEPTH + 1];
	size_t depth = 0;

	for (; node->parent && depth < VV_JSON_DEPTH; node = node->parent) {
		chain[depth++] = node;
	}
	while (depth > 0) {
		put_part(out, chain[--depth]);
	}
}

void vv_descriptor_fail(vv_descriptor *d, const vv_json *node, const char *fmt, ...)
{
	vv_auto(vv_buf) pointer = VV_BUF_INIT;
	char text[VV_MESSAGE_MAX + VV_HINT_MAX];
	va_list ap;

	if (d->rc < 0) return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	char *hint = strchr(fmt, '\n') ? strrchr(text, '\n') : NULL;
	if (hint) {
		*hint++ = '\0';
	}
	vv_descriptor_pointer(&pointer, node);
	d->rc = vv_fail(d->err, VV_EINPUT, "%s: %s%s%s", vv_text_shows(d->file),
			pointer.len > 0 ? vv_text_show(pointer.data, pointer.len) : "",
			pointer.len > 0 ? ": " : "", text);
	if (hint) {
		vv_hint(d->err, "%s", hint);
	}
}

void vv_descriptor_fail_with(vv_descriptor *d, const vv_json *node, const vv_error *why)
{
	if (d->rc < 0) return;
	if (why->code == VV_ENOMEM) {
		d->rc = vv_fail_nomem(d->err);
		return;
	}
	vv_descriptor_fail(d, node, "%s", why->message);
	vv_hint_copy(d->err, why);
}

void *vv_descriptor_alloc(vv_descriptor *d, size_t count, size_t size)
{
	void *made = d->rc < 0 ? NULL : vv_arena_calloc(d->arena, count, size);

	if (d->rc == VV_OK && !made) {
		d->rc = vv_fail_nomem(d->err);
	}
	return made;
}

void vv_descriptor_note(vv_descriptor *d, vv_status rc)
{
	d->rc = d->rc == VV_OK ? rc : d->rc;
}

static const char *const kinds[] = {
	[VV_JSON_NULL] = "null",       [VV_JSON_FALSE] = "false",     [VV_JSON_TRUE] = "true",
	[VV_JSON_NUMBER] = "a number", [VV_JSON_STRING] = "a string", [VV_JSON_ARRAY] = "an array",
	[VV_JSON_OBJECT] = "an object"};

bool vv_descriptor_is_text(const vv_json *node)
{
	return node->type == VV_JSON_STRING && !memchr(node->text, '\0', node->text_len);
}

const char *vv_descriptor_kind(const vv_json *node)
{
	return kinds[node->type];
}

bool vv_descriptor_want(vv_descriptor *d, const vv_json *node, vv_json_type type)
{
	if (d->rc == VV_OK && node->type != type) {
		vv_descriptor_fail(d, node, "must be %s, is %s", kinds[type], kinds[node->type]);
	}
	return d->rc == VV_OK;
}

bool vv_descriptor_want_text(vv_descriptor *d, const vv_json *node)
{
	if (vv_descriptor_want(d, node, VV_JSON_STRING) && !vv_descriptor_is_text(node)) {
		vv_descriptor_fail(d, node, "has a NUL character in it");
	}
	return d->rc == VV_OK;
}

const vv_json *vv_descriptor_get(vv_descriptor *d, const vv_json *object, const char *member,
				 vv_json_type type)
{
	const vv_json *node = vv_json_get(object, member);

	return node && vv_descriptor_want(d, node, type) ? node : NULL;
}

const char *vv_descriptor_text(vv_descriptor *d, const vv_json *object, const char *member)
{
	const vv_json *node = vv_json_get(object, member);

	return node && vv_descriptor_want_text(d, node) ? node->text : NULL;
}

bool vv_descriptor_bool(vv_descriptor *d, const vv_json *object, const char *member, bool otherwise)
{
	const vv_json *node = vv_json_get(object, member);

	if (!node) return otherwise;
	if (node->type != VV_JSON_TRUE && node->type != VV_JSON_FALSE) {
		vv_descriptor_fail(d, node, "must be true or false, is %s", kinds[node->type]);
	}
	return node->type == VV_JSON_TRUE;
}

const char **vv_descriptor_texts(vv_descriptor *d, size_t *count, const vv_json *node)
{
	const bool single = node->type == VV_JSON_STRING;

	*count = 0;
	if (!single && node->type != VV_JSON_ARRAY) {
		vv_descriptor_fail(d, node, "must be an array of strings, is %s",
				   kinds[node->type]);
	}
	const char **texts = vv_descriptor_alloc(d, (single ? 1 : node->count) + 1, sizeof(*texts));
	for (const vv_json *item = single ? node : node->first;
	     texts && item && vv_descriptor_want_text(d, item); item = single ? NULL : item->next) {
		texts[(*count)++] = item->text;
	}
	if (d->rc < 0) {
		*count = 0;
		return NULL;
	}
	return texts;
}
