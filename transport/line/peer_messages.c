/*
 * peer_messages: what a peer's side prints beside the protocol (the stderr of ssh, or of varve
 * there). Memory is bounded however much comes: long lines are cut into several.
 */
#include <string.h>

#include "transport/line/pipe.h"

#define LINE_MAX_LEN 1024u
#define TAIL_MAX 8192u

static void give_line(vv_chatter *t)
{
	size_t len = t->partial.len;

	while (len > 0 && t->partial.data[len - 1] == '\r') {
		len--;
	}
	if (len > 0 && t->line) {
		t->line(t->payload, t->partial.data, len);
	}
	vv_buf_reset(&t->partial);
}

static void keep_tail(vv_chatter *t, const char *bytes, size_t len)
{
	if (len > TAIL_MAX / 2) {
		bytes += len - TAIL_MAX / 2;
		len = TAIL_MAX / 2;
	}
	if (t->tail.len + len > TAIL_MAX) {
		size_t keep = TAIL_MAX / 2;

		keep = t->tail.len < keep ? t->tail.len : keep;
		memmove(t->tail.data, t->tail.data + (t->tail.len - keep), keep);
		t->tail.len = keep;
	}
	vv_buf_put(&t->tail, bytes, len);
}

void vv_chatter_add(vv_chatter *t, const char *bytes, size_t len)
{
	const char *end = bytes + len;

	keep_tail(t, bytes, len);
	while (bytes < end) {
		const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
		size_t piece = (size_t)((newline ? newline : end) - bytes);

		if (piece > LINE_MAX_LEN - t->partial.len) {
			piece = LINE_MAX_LEN - t->partial.len;
			newline = NULL;
		}
		vv_buf_put(&t->partial, bytes, piece);
		bytes += piece;
		if (newline || t->partial.len >= LINE_MAX_LEN) {
			give_line(t);
		}
		bytes += newline ? 1 : 0;
	}
}

void vv_chatter_end(vv_chatter *t)
{
	give_line(t);
}

void vv_chatter_clear(vv_chatter *t)
{
	vv_buf_clear(&t->partial);
	vv_buf_clear(&t->tail);
}

static void copy_text(char *out, size_t size, const char *text, size_t len)
{
	len = len < size ? len : size - 1;
	memcpy(out, text, len);
	out[len] = '\0';
}

bool vv_chatter_last(const vv_chatter *t, char *out, char *hint, size_t size)
{
	static const char word[] = "hint: ";
	const char *text = vv_buf_cstr(&t->tail);
	size_t end = t->tail.len;

	out[0] = '\0';
	if (hint) {
		hint[0] = '\0';
	}
	while (end > 0) {
		size_t start = end, len;

		while (start > 0 && text[start - 1] != '\n') {
			start--;
		}
		for (len = end - start; len > 0 && (unsigned char)text[start + len - 1] <= ' ';) {
			len--;
		}
		if (len >= sizeof(word) - 1 && memcmp(text + start, word, sizeof(word) - 1) == 0) {
			if (hint) {
				copy_text(hint, size, text + start + sizeof(word) - 1,
					  len - (sizeof(word) - 1));
			}
		} else if (len > 0) {
			copy_text(out, size, text + start, len);
			return true;
		}
		end = start > 0 ? start - 1 : 0;
	}
	return false;
}
