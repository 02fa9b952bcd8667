/*
 * line: knows where each line of a patch begins, and how faults in it are named.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "diff/patch/patch_internal.h"

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

vv_status patch_at(const patch_lines *l, vv_status rc, vv_error *err)
{
	if (rc == VV_EINPUT) {
		vv_prefix(err, "%s, line %llu", vv_text_shows(l->source->name),
			  (unsigned long long)l->line);
	}
	return rc;
}

/* Reads some more behind what is held. */
static vv_status fill(patch_lines *l, vv_error *err)
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
	if (!vv_buf_reserve(&l->buf, l->buf.len + PIECE)) {
		return vv_fail_nomem(err);
	}
	ssize_t n = l->source->read(l->source->payload, l->buf.data + l->buf.len, PIECE, err);
	if (n < 0) {
		return (vv_status)n;
	}
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

vv_status patch_lines_peek(patch_lines *l, const char **text, size_t *len, vv_error *err)
{
	vv_status rc = VV_OK;
	while (rc == VV_OK && !l->ended && l->buf.len - l->pos < PIECE / 2) {
		rc = fill(l, err);
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
		if (!end && (rc = fill(l, err)) < 0) {
			return (int)rc;
		}
	}
	if (!end && l->buf.len == l->pos) {
		return 0;
	}
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
