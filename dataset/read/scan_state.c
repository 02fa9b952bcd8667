/*
 * scan_state: the part of a scan that all forms share: room for decoded cells, and remembering the
 * place of a fault.
 */
#include <stdarg.h>
#include <stdio.h>

#include "dataset/read/scan_internal.h"

#define ROOM_PIECE (32u << 10)
#define ROOM_SHARE (4u << 10) /* longer cells get a piece of their own */

char *vv_scan_room(vv_scan *s, size_t len)
{
	if (len > ROOM_SHARE) return vv_arena_alloc(&s->arena, len);
	if (len > s->spare_len) {
		s->spare_len = 0;
		s->spare = vv_arena_alloc(&s->arena, ROOM_PIECE);
		if (!s->spare) return NULL;
		s->spare_len = ROOM_PIECE;
	}
	char *room = s->spare;
	s->spare += len;
	s->spare_len -= len;
	return room;
}

int vv_scan_refuse(vv_scan *s, const char *where, vv_error *err, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	s->fault = (size_t)(where - s->bytes);
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return vv_fail(err, VV_EINPUT, "%s", text);
}
