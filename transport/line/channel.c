/*
 * channel: implements buffers in both directions, the greeting, and errors of a line that ends
 * early.
 *
 * Small writes are gathered here, so that every kind of channel gets large pieces: ssh makes
 * a packet, and a pipe a system call, of each.
 */
#include "transport/line/channel.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/sys.h"
#include "base/text.h"
#include "base/thread.h"
#include "transport/line/patience.h"

#define BUFFER_SIZE (64u << 10)
#define NOISE_MAX 4096u

struct vv_channel {
	const vv_channel_ops *ops;
	void *payload;
	char *name;
	vv_mutex *lock; /* of whole frames */
	bool greeted;   /* nothing of the greeting is awaited any more */
	vv_channel_stats stats;
	vv_patience comes, goes; /* with a peer that sends, and that takes, slowly */
	bool write_failed;       /* the peer may have hung up */
	atomic_bool stopped;
	const atomic_bool *mark; /* owned elsewhere; or NULL */
	size_t out_len;          /* bytes in out, not yet given to ops->write */
	size_t in_pos, in_len;   /* received by ops->read and not yet read */
	char out[BUFFER_SIZE], in[BUFFER_SIZE];
};

vv_channel *vv_channel_new(const vv_channel_ops *ops, void *payload, const char *name,
			   bool talks_first)
{
	vv_auto_free vv_channel *c = vv_calloc(1, sizeof(*c));
	char *copy = vv_strdup(name);
	vv_mutex *lock = vv_mutex_new();

	assert(ops->write && ops->turn && ops->read && ops->done && ops->close);
	if (!c || !copy || !lock) {
		vv_free(copy);
		vv_mutex_free(lock);
		ops->close(payload);
		return NULL;
	}
	c->ops = ops;
	c->payload = payload;
	c->name = copy;
	c->lock = lock;
	c->greeted = !talks_first;
	if (ops->watch) {
		ops->watch(payload, c);
	}
	return vv_take(&c);
}

void vv_channel_pace(vv_channel *c, uint64_t bytes_per_sec, unsigned seconds)
{
	c->comes = (vv_patience){.max_ms = (uint64_t)seconds * 1000,
				 .bytes_per_sec = bytes_per_sec};
	c->goes = c->comes;
}

void vv_channel_alive(vv_channel *c)
{
	vv_patience_renew(&c->comes);
}

void vv_channel_close(vv_channel *c)
{
	if (!c) return;
	c->ops->close(c->payload);
	vv_mutex_free(c->lock);
	vv_free_all(c->name, c);
}

void vv_channel_stop(vv_channel *c)
{
	atomic_store(&c->stopped, true);
}

void vv_channel_stop_when(vv_channel *c, const atomic_bool *stopped)
{
	c->mark = stopped;
}

bool vv_channel_is_stopped(const vv_channel *c)
{
	return c && (atomic_load(&c->stopped) || (c->mark && atomic_load(c->mark)));
}

vv_status vv_fail_stopped(vv_error *err, const char *name)
{
	return vv_fail(err, VV_EIO, "stopped waiting for '%s'", name);
}

const char *vv_channel_name(const vv_channel *c)
{
	return c->name;
}

vv_channel_stats vv_channel_stats_get(const vv_channel *c)
{
	return c->stats;
}

/* A line that is too slow is closed without waiting, too. */
static vv_status give_up(vv_channel *c, const vv_patience *p, vv_error *err)
{
	vv_channel_stop(c);
	return vv_patience_fail(p, c->name, err);
}

/* --- writing ------------------------------------------------------------------- */

static vv_status send_bytes(vv_channel *c, const char *bytes, size_t len, vv_error *err)
{
	while (len > 0) {
		const uint64_t start = vv_monotonic_ms();
		ssize_t put = c->ops->write(c->payload, bytes, len, err);

		assert(put != 0 && put <= (ssize_t)len);
		if (put > 0) {
			c->stats.bytes_out += (uint64_t)put;
			bytes += put;
			len -= (size_t)put;
		}
		if (put > 0 &&
		    !vv_patience_spend(&c->goes, vv_monotonic_ms() - start, (uint64_t)put)) {
			put = give_up(c, &c->goes, err);
		}
		if (put < 0) {
			c->write_failed = true;
			return (vv_status)put;
		}
	}
	return VV_OK;
}

static vv_status send_buffer(vv_channel *c, vv_error *err)
{
	size_t len = c->out_len;

	c->out_len = 0; /* also where it fails: nothing is sent twice */
	return send_bytes(c, c->out, len, err);
}

vv_status vv_channel_write(vv_channel *c, const void *bytes, size_t len, vv_error *err)
{
	vv_status rc;

	if (len > sizeof(c->out) - c->out_len && (rc = send_buffer(c, err)) < 0) return rc;
	if (len >= sizeof(c->out)) return send_bytes(c, bytes, len, err);
	if (len > 0) {
		memcpy(c->out + c->out_len, bytes, len);
		c->out_len += len;
	}
	return VV_OK;
}

vv_status vv_channel_flush(vv_channel *c, vv_error *err)
{
	return send_buffer(c, err);
}

void vv_channel_lock(vv_channel *c)
{
	vv_mutex_lock(c->lock);
}

void vv_channel_unlock(vv_channel *c)
{
	vv_mutex_unlock(c->lock);
}

vv_status vv_channel_turn(vv_channel *c, vv_error *err)
{
	vv_status rc = send_buffer(c, err);

	if (rc == VV_OK) {
		c->stats.turns++;
		vv_patience_renew(&c->comes);
		vv_patience_renew(&c->goes);
		rc = c->ops->turn(c->payload, err);
		c->write_failed = c->write_failed || rc < 0;
	}
	return rc;
}

bool vv_channel_write_failed(const vv_channel *c)
{
	return c->write_failed;
}

/* --- reading ------------------------------------------------------------------- */

/* First sends the buffer, since the other side answers only that. */
static ssize_t receive_bytes(vv_channel *c, char *buf, size_t len, vv_error *err)
{
	vv_status rc = vv_channel_is_stopped(c) ? vv_fail_stopped(err, c->name)
						: send_buffer(c, err);
	const uint64_t start = vv_monotonic_ms();
	ssize_t got = rc < 0 ? (ssize_t)rc : c->ops->read(c->payload, buf, len, err);

	assert(got <= (ssize_t)len);
	if (got > 0) {
		c->stats.bytes_in += (size_t)got;
		if (!vv_patience_spend(&c->comes, vv_monotonic_ms() - start, (uint64_t)got)) {
			got = give_up(c, &c->comes, err);
		}
	}
	return got;
}

static vv_status fail_ended(vv_channel *c, const char *noise, size_t len, vv_error *err)
{
	vv_error local;

	err = err ? err : &local;
	if (noise && len > 0) {
		(void)vv_fail(err, VV_EIO, "'%s' does not answer as varve does; it sent: %s",
			      c->name, vv_text_show(noise, len));
	} else {
		(void)vv_fail(err, VV_EIO, "the connection to '%s' was closed%s", c->name,
			      noise ? " before anything was sent" : " before the end of the data");
	}
	return c->ops->ended ? c->ops->ended(c->payload, noise, len, err) : err->code;
}

/* Another version's greeting, "varve 27\n", at p? */
static bool is_other_version(const char *p, size_t len, unsigned *version)
{
	static const char word[] = "varve ";
	size_t i = sizeof(word) - 1, digits;

	if (len <= i || memcmp(p, word, i) != 0) return false;
	*version = 0;
	for (digits = 0; i < len && vv_is_digit(p[i]) && digits < 6; digits++, i++) {
		*version = *version * 10 + (unsigned)(p[i] - '0');
	}
	return digits > 0 && i < len && p[i] == '\n';
}

/* Looks for the greeting in the received bytes; sets c->in_pos after it. 1: found, 0: not yet. */
static int find_greeting(vv_channel *c, vv_error *err)
{
	const size_t len = sizeof(VV_GREETING) - 1;
	unsigned version;

	for (size_t i = 0; i < c->in_len && i <= NOISE_MAX; i++) {
		if (c->in_len - i >= len && memcmp(c->in + i, VV_GREETING, len) == 0) {
			c->in_pos = i + len;
			c->greeted = true;
			return 1;
		}
	}
	for (size_t i = 0; i < c->in_len && i <= NOISE_MAX; i++) {
		if ((i == 0 || c->in[i - 1] == '\n') &&
		    is_other_version(c->in + i, c->in_len - i, &version)) {
			(void)vv_fail(err, VV_ENOSUPPORT,
				      "'%s' uses version %u of the protocol, and this varve only "
				      "version 1",
				      c->name, version);
			return (int)vv_hint(err, "use the same release of varve on both sides");
		}
	}
	return 0;
}

vv_status vv_channel_greet(vv_channel *c, vv_error *err)
{
	int found = 0;

	while (!c->greeted) {
		ssize_t got = receive_bytes(c, c->in + c->in_len, sizeof(c->in) - c->in_len, err);

		if (got < 0) return (vv_status)got;
		if (got == 0) return fail_ended(c, c->in, c->in_len, err);
		if (c->in_len == 0) { /* a login may have taken long */
			vv_channel_alive(c);
		}
		c->in_len += (size_t)got;
		if ((found = find_greeting(c, err)) < 0) return (vv_status)found;
		if (!found && c->in_len > NOISE_MAX) {
			return vv_fail(
				err, VV_EIO,
				"'%s' does not answer as varve does; it sent: %s\na "
				"start-up file of the login shell on that host may print this: "
				"it must print nothing in shells that are not interactive",
				c->name, vv_text_show(c->in, NOISE_MAX));
		}
	}
	return VV_OK;
}

vv_status vv_channel_read(vv_channel *c, void *buf, size_t len, vv_error *err)
{
	char *p = buf;
	vv_status rc = vv_channel_greet(c, err);

	while (rc == VV_OK && len > 0) {
		size_t have = c->in_len - c->in_pos;
		bool direct = have == 0 && len >= sizeof(c->in);

		if (have > 0) {
			have = have < len ? have : len;
			memcpy(p, c->in + c->in_pos, have);
			c->in_pos += have;
			p += have;
			len -= have;
			continue;
		}
		ssize_t got = receive_bytes(c, direct ? p : c->in, direct ? len : sizeof(c->in),
					    err);
		if (got <= 0) {
			rc = got < 0 ? (vv_status)got : fail_ended(c, NULL, 0, err);
		} else if (direct) {
			p += got;
			len -= (size_t)got;
		} else {
			c->in_pos = 0;
			c->in_len = (size_t)got;
		}
	}
	return rc;
}

vv_status vv_channel_at_end(vv_channel *c, bool *end, vv_error *err)
{
	vv_status rc = vv_channel_greet(c, err);

	*end = false;
	if (rc < 0 || c->in_pos < c->in_len) return rc;
	vv_channel_alive(c);
	ssize_t got = receive_bytes(c, c->in, sizeof(c->in), err);
	if (got < 0) return (vv_status)got;
	vv_channel_alive(c);
	c->in_pos = 0;
	c->in_len = (size_t)got;
	*end = got == 0;
	return VV_OK;
}

vv_status vv_channel_done(vv_channel *c, vv_error *err)
{
	if (c->in_pos < c->in_len) {
		return vv_fail(err, VV_ECORRUPT, "'%s' sent data after its answer", c->name);
	}
	return c->ops->done(c->payload, err);
}
