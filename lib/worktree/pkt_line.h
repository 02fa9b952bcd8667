/*
 * pkt_line: reads and writes Git's packet lines, the protocol of its long-running filters.
 *
 * A packet begins with its length as four hex digits; the length includes these digits. The data
 * follows. "0000" ends a run of packets. Source: gitattributes(5), "Long Running Filter Process";
 * gitprotocol-common(5).
 */
#ifndef VV_LIB_WORKTREE_PKT_LINE_H
#define VV_LIB_WORKTREE_PKT_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"

#define VV_PKT_MAX 65516u /* maximum bytes of data in a packet */

typedef struct vv_pkt_in {
	int fd;
	uint8_t *buf;    /* received bytes: the current packet, and what follows it */
	size_t at, end;  /* the range of buf after the current packet */
	char *packet;    /* the current packet, in buf */
	size_t len, pos; /* bytes of the current packet, and how many of them were read */
	bool flushed;    /* the run has ended */
	bool eof;        /* the input has ended; possible only between runs */
} vv_pkt_in;

vv_status vv_pkt_in_init(vv_pkt_in *p, int fd, vv_error *err);
void vv_pkt_in_clear(vv_pkt_in *p);
VV_AUTO_CLEAR(vv_pkt_in, vv_pkt_in_clear)

/* Sets *text to the next packet of the run as text, without its newline, borrowed until the next
 * call. Returns 1, 0 at the end of the run or of the input (p->eof is then set), or a negative
 * vv_status. VV_EINPUT: the packet is invalid or truncated. */
int vv_pkt_text(vv_pkt_in *p, const char **text, vv_error *err);

/* Reads up to len bytes of the run. Returns their number, 0 at the end of the run, or a negative
 * vv_status. VV_EINPUT: a packet is invalid, or the input ends within the run. payload is the
 * vv_pkt_in: usable as vv_source.read. */
ssize_t vv_pkt_read(void *payload, void *buf, size_t len, vv_error *err);

/* Reads and discards the rest of the run. */
vv_status vv_pkt_drain(vv_pkt_in *p, vv_error *err);

/* Begins the next run. */
void vv_pkt_next(vv_pkt_in *p);

typedef struct vv_pkt_out {
	int fd;
	vv_buf buf;
} vv_pkt_out;

void vv_pkt_out_init(vv_pkt_out *p, int fd);
void vv_pkt_out_clear(vv_pkt_out *p);
VV_AUTO_CLEAR(vv_pkt_out, vv_pkt_out_clear)
/* Appends bytes, in as many packets as needed. */
vv_status vv_pkt_put(vv_pkt_out *p, const void *bytes, size_t len, vv_error *err);
/* Appends text and a line end. */
vv_status vv_pkt_puts(vv_pkt_out *p, const char *text, vv_error *err);
void vv_pkt_flush(vv_pkt_out *p); /* ends the run */
/* Sends the bytes that were not sent yet; vv_pkt_put sends long data itself. */
vv_status vv_pkt_send(vv_pkt_out *p, vv_error *err);

#endif
