/*
 * pkt_line: reads and writes Git's packet lines, the protocol of its long-running filters.
 *
 * A packet begins with its length as four hex digits; the length includes these digits. The data
 * follows. A run is a sequence of packets that ends with "0000". Source: gitattributes(5), "Long
 * Running Filter Process"; gitprotocol-common(5).
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

#define VV_PKT_MAX 65516u /* maximum size of the data in a packet, in bytes */

/* One value = one input. */
typedef struct vv_pkt_in {
	int fd;         /* descriptor of the input; borrowed */
	uint8_t *buf;   /* received bytes: the current packet, and the bytes after it */
	size_t at, end; /* the bytes after the current packet: buf[at] to buf[end - 1] */
	char *packet;   /* the current packet, in buf */
	/* len: number of bytes in the current packet; pos: number of these that were read */
	size_t len, pos;
	bool flushed; /* the run has ended */
	bool eof;     /* the input has ended before a packet */
} vv_pkt_in;

/* Initialises *p for reading from fd, which is borrowed. VV_ENOMEM is the only error. */
vv_status vv_pkt_in_init(vv_pkt_in *p, int fd, vv_error *err);
void vv_pkt_in_clear(vv_pkt_in *p);
VV_AUTO_CLEAR(vv_pkt_in, vv_pkt_in_clear)

/* Sets *text to the next packet of the run as text, without its newline, borrowed until the next
 * call. Returns 1, 0 at the end of the run or of the input, or a negative vv_status. At the end of
 * the input, p->eof is set. VV_EINPUT: the packet is invalid or truncated. */
int vv_pkt_text(vv_pkt_in *p, const char **text, vv_error *err);

/* Reads at most len bytes of the run into buf. Returns their number, 0 at the end of the run, or a
 * negative vv_status. VV_EINPUT: a packet is invalid, or the input ends within the run. Has the
 * type of vv_source.read; payload is a vv_pkt_in. */
ssize_t vv_pkt_read(void *payload, void *buf, size_t len, vv_error *err);

/* Reads and discards the rest of the run. The end of the input is not an error. */
vv_status vv_pkt_drain(vv_pkt_in *p, vv_error *err);

/* Begins the next run. */
void vv_pkt_next(vv_pkt_in *p);

/* One value = one output. */
typedef struct vv_pkt_out {
	int fd;     /* descriptor of the output; borrowed */
	vv_buf buf; /* packets that were not sent yet */
} vv_pkt_out;

void vv_pkt_out_init(vv_pkt_out *p, int fd);
void vv_pkt_out_clear(vv_pkt_out *p);
VV_AUTO_CLEAR(vv_pkt_out, vv_pkt_out_clear)
/* Appends len bytes to p, in as many packets as needed. */
vv_status vv_pkt_put(vv_pkt_out *p, const void *bytes, size_t len, vv_error *err);
/* Appends `text` and a line end to p. */
vv_status vv_pkt_puts(vv_pkt_out *p, const char *text, vv_error *err);
void vv_pkt_flush(vv_pkt_out *p); /* ends the run */
/* Sends the bytes that were not sent yet; vv_pkt_put sends long data itself. */
vv_status vv_pkt_send(vv_pkt_out *p, vv_error *err);

#endif
