/*
 * pkt_line: the framing.
 */
#include "lib/worktree/pkt_line.h"

#include <string.h>

#include "base/file.h"
#include "base/sys.h"

#define SEND_AT (256u << 10)
#define HEAD 4u
#define ROOM (2 * (size_t)(HEAD + VV_PKT_MAX))

vv_status vv_pkt_in_init(vv_pkt_in *p, int fd, vv_error *err)
{
	*p = (vv_pkt_in){.fd = fd, .buf = vv_malloc(ROOM), .at = HEAD, .end = HEAD};
	return p->buf ? VV_OK : vv_fail_nomem(err);
}

void vv_pkt_in_clear(vv_pkt_in *p)
{
	vv_free(p->buf);
	memset(p, 0, sizeof(*p));
}

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9') return c - '0';
	if (c >= 'a' && c <= 'f') return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Takes `len` bytes of what git sends, less at its end; the pointer is good until the next call. <0. */
static ssize_t take_bytes(vv_pkt_in *p, uint8_t **out, size_t len, vv_error *err)
{
	if (ROOM - p->at < len) {
		/* Room is left where a packet's length would be: vv_pkt_text. */
		memmove(p->buf + HEAD, p->buf + p->at, p->end - p->at);
		p->end -= p->at - HEAD;
		p->at = HEAD;
	}
	while (p->end - p->at < len) {
		ssize_t got = vv_read_some(p->fd, p->buf + p->end, ROOM - p->end, "standard input",
					   err);

		if (got < 0) return got;
		if (got == 0) {
			break;
		}
		p->end += (size_t)got;
	}
	len = p->end - p->at < len ? p->end - p->at : len;
	*out = p->buf + p->at;
	p->at += len;
	return (ssize_t)len;
}

/* The next packet: 1, 0 (flush, or the end of everything), <0. */
static int next_packet(vv_pkt_in *p, vv_error *err)
{
	uint8_t *head, *bytes;
	unsigned len = 0;

	if (p->flushed || p->eof) return 0;
	ssize_t got = take_bytes(p, &head, HEAD, err);
	if (got < 0) return (int)got;
	if (got == 0) {
		p->eof = true;
		return 0;
	}
	for (unsigned i = 0; i < HEAD; i++) {
		int digit = got == HEAD ? hex_digit(head[i]) : -1;

		if (digit < 0) {
			return vv_fail(err, VV_EINPUT, "git sent a packet with an invalid length");
		}
		len = len * 16 + (unsigned)digit;
	}
	if (len == 0) {
		p->flushed = true;
		return 0;
	}
	if (len < HEAD || len - HEAD > VV_PKT_MAX) {
		return vv_fail(err, VV_EINPUT, "git sent a packet of %u bytes", len);
	}
	p->len = len - HEAD;
	p->pos = 0;
	if ((got = take_bytes(p, &bytes, p->len, err)) < 0) return (int)got;
	if ((size_t)got != p->len) {
		return vv_fail(err, VV_EINPUT, "git ended in the middle of a packet");
	}
	p->packet = (char *)bytes;
	return 1;
}

int vv_pkt_text(vv_pkt_in *p, const char **text, vv_error *err)
{
	int more = next_packet(p, err);

	if (more <= 0) return more;
	if (p->len > 0 && p->packet[p->len - 1] == '\n') {
		p->len--;
	}
	/* Over the packet's length, so that the one behind it stays as it is. */
	*text = memmove(p->packet - 1, p->packet, p->len);
	p->packet[(ssize_t)p->len - 1] = '\0';
	p->pos = p->len;
	return 1;
}

ssize_t vv_pkt_read(void *payload, void *buf, size_t len, vv_error *err)
{
	vv_pkt_in *p = payload;
	size_t n, done = 0;
	int more;

	while (done < len) {
		if (p->pos == p->len) {
			if ((more = next_packet(p, err)) < 0) return more;
			if (more == 0) {
				if (p->eof) {
					return vv_fail(err, VV_EINPUT,
						       "git ended in the middle of a file");
				}
				break;
			}
		}
		n = p->len - p->pos < len - done ? p->len - p->pos : len - done;
		memcpy((char *)buf + done, p->packet + p->pos, n);
		p->pos += n;
		done += n;
	}
	return (ssize_t)done;
}

vv_status vv_pkt_drain(vv_pkt_in *p, vv_error *err)
{
	int more;

	while ((more = next_packet(p, err)) > 0) {
	}
	p->pos = p->len = 0;
	return more < 0 ? (vv_status)more : VV_OK;
}

void vv_pkt_next(vv_pkt_in *p)
{
	p->flushed = false;
	p->pos = p->len = 0;
}

void vv_pkt_out_init(vv_pkt_out *p, int fd)
{
	p->fd = fd;
	p->buf = (vv_buf){0};
}

void vv_pkt_out_clear(vv_pkt_out *p)
{
	vv_buf_clear(&p->buf);
}

vv_status vv_pkt_send(vv_pkt_out *p, vv_error *err)
{
	vv_status rc = vv_buf_ok(&p->buf, err);

	if (rc == VV_OK && p->buf.len > 0) {
		rc = vv_write_full(p->fd, p->buf.data, p->buf.len, "standard output", err);
	}
	vv_buf_reset(&p->buf);
	return rc;
}

vv_status vv_pkt_put(vv_pkt_out *p, const void *bytes, size_t len, vv_error *err)
{
	const char *at = bytes;
	vv_status rc;

	while (len > 0) {
		size_t n = len > VV_PKT_MAX ? VV_PKT_MAX : len;

		vv_buf_printf(&p->buf, "%04x", (unsigned)n + 4);
		vv_buf_put(&p->buf, at, n);
		at += n;
		len -= n;
		if (p->buf.len >= SEND_AT && (rc = vv_pkt_send(p, err)) < 0) return rc;
	}
	return VV_OK;
}

vv_status vv_pkt_puts(vv_pkt_out *p, const char *text, vv_error *err)
{
	vv_auto(vv_buf) line = VV_BUF_INIT;

	vv_buf_puts(&line, text);
	vv_buf_putc(&line, '\n');
	vv_status rc = vv_buf_ok(&line, err);
	return rc < 0 ? rc : vv_pkt_put(p, line.data, line.len, err);
}

void vv_pkt_flush(vv_pkt_out *p)
{
	vv_buf_puts(&p->buf, "0000");
}
