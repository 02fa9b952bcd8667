/*
 * http_fixture: see its header.
 */
#include "tests/unit/transport/http_fixture.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/sys.h"
#include "transport/protocol/connect.h"

/* A request: 8 bytes of length (little-endian) and so many bytes; the answer is the same.
 * Length 0 is answered with "rw" or "r-" and the user's name; UINT64_MAX fails. */
vv_status hx_echo(void *payload, const vv_http_call *call, vv_channel *line, vv_error *err)
{
	uint8_t head[8];
	char buf[5000];
	uint64_t left;
	vv_buf all = VV_BUF_INIT;
	vv_status rc;

	(void)payload;
	if ((rc = vv_channel_read(line, head, 8, err)) < 0) return rc;
	left = vv_get_le64(head);
	if (left < UINT64_MAX && left > UINT64_MAX - 60) {
		hx_pause((unsigned)(UINT64_MAX - left) * 1000);
		left = 0;
	}
	if (left == UINT64_MAX) return vv_fail(err, VV_ECORRUPT, "the secret path is broken");
	if (left == 0) {
		vv_buf_printf(&all, "%s %s", call->may_write ? "rw" : "r-",
			      call->user ? call->user : "nobody");
		left = all.len;
		vv_put_le64(head, left);
		rc = vv_channel_write(line, head, 8, err);
		rc = rc < 0 ? rc : vv_channel_write(line, all.data, all.len, err);
		vv_buf_clear(&all);
		return rc < 0 ? rc : vv_channel_turn(line, err);
	}
	/* in turns: all is read before the first answer */
	while (left > 0) {
		size_t n = left < sizeof(buf) ? (size_t)left : sizeof(buf);

		if ((rc = vv_channel_read(line, buf, n, err)) < 0) {
			vv_buf_clear(&all);
			return rc;
		}
		vv_buf_put(&all, buf, n);
		left -= n;
	}
	rc = vv_channel_write(line, head, 8, err);
	rc = rc < 0 ? rc : vv_channel_write(line, all.data, all.len, err);
	vv_buf_clear(&all);
	return rc < 0 ? rc : vv_channel_turn(line, err);
}

static void keep_log(void *payload, const char *line)
{
	hx_server *f = payload;

	vv_mutex_lock(f->lock);
	vv_buf_puts(&f->log, line);
	vv_buf_putc(&f->log, '\n');
	vv_mutex_unlock(f->lock);
}

size_t hx_ended(const hx_server *f)
{
	size_t lines = 0;

	vv_mutex_lock(f->lock);
	for (size_t i = 0; i < f->log.len; i++) {
		lines += f->log.data[i] == '\n';
	}
	vv_mutex_unlock(f->lock);
	return lines;
}

/* ---- a file ---- */

static vv_status open_file(void *payload, const vv_http_call *call, const char *rest,
			   vv_http_file *out, vv_error *err)
{
	static const char *const names[] = {"HEAD/file", "HEAD/later", "HEAD/large"};

	(void)payload;
	(void)call;
	for (size_t i = 0; i < 3; i++) {
		if (strcmp(rest, names[i]) == 0) {
			*out = (vv_http_file){.handle = (void *)(uintptr_t)names[i],
					      .size = 3,
					      .etag = "tag",
					      .content_type = "text/plain"};
			return VV_OK;
		}
	}
	return vv_fail(err, VV_ENOTFOUND, "no such file");
}

static vv_status prepare_file(void *handle, const struct vv_address *client, uint64_t memory,
			      vv_error *err)
{
	assert_non_null(client);
	assert_true(memory > 0);
	if (strstr(handle, "later")) {
		return vv_fail(err, VV_ELOCKED, "this client has had its share");
	}
	return strstr(handle, "large") ? vv_fail(err, VV_EREFUSED, "it takes too much memory")
				       : VV_OK;
}

static vv_status write_file(void *handle, uint64_t from, uint64_t len, vv_http_out_fn fn, void *out,
			    vv_error *err)
{
	(void)handle;
	return fn(out, &"abc"[from], (size_t)len, err);
}

static void close_file(void *handle)
{
	(void)handle;
}

hx_server *hx_begin_with(const vv_http_options *more)
{
	static const char *paths[] = {"."}, *hosts[] = {"x"}; /* outlive this call */
	vv_http_options o = *more;
	vv_http_handlers h = {.answer = hx_echo,
			      .file_open = open_file,
			      .file_prepare = prepare_file,
			      .file_write = write_file,
			      .file_close = close_file,
			      .log = keep_log};
	static hx_server kept; /* the handlers' payload, too */
	vv_error err;

	o.address = o.address ? o.address : "127.0.0.1:0";
	o.paths = o.paths ? o.paths : paths;
	o.path_count = o.path_count ? o.path_count : 1;
	o.hosts = o.hosts.count > 0 ? o.hosts : (vv_strings){hosts, 1};
	kept = (hx_server){NULL, vv_mutex_new(), VV_BUF_INIT};
	h.answer_payload = h.file_payload = h.log_payload = &kept;
	vv_assert_ok(vv_http_server_start(&kept.server, &o, &h, &err), &err);
	return &kept;
}

hx_server *hx_begin(void)
{
	vv_http_options o = {0};

	git_begin();
	return hx_begin_with(&o);
}

void hx_end(hx_server *f)
{
	vv_http_server_stop(f->server, 5);
	vv_mutex_free(f->lock);
	vv_buf_clear(&f->log);
}

unsigned hx_port(const hx_server *f)
{
	return (unsigned)strtoul(strrchr(vv_http_server_url(f->server), ':') + 1, NULL, 10);
}

const char *hx_below(const hx_server *f, const char *path)
{
	static char url[128];

	(void)snprintf(url, sizeof(url), "%s%s", vv_http_server_url(f->server), path);
	return url;
}

/* ---- the channel ---- */

vv_status hx_connect(vv_channel **out, const char *text, bool write, unsigned idle, vv_error *err)
{
	vv_connect_options o = {.env = vv_test_env(), .write = write, .idle_sec = idle};
	vv_url url;
	vv_status rc = vv_url_read(&url, text, err);

	if (rc == VV_OK) {
		rc = vv_connect(out, &url, &o, err);
		vv_url_clear(&url);
	}
	return rc;
}

vv_status hx_ask(vv_channel *c, uint64_t len, vv_error *err)
{
	uint8_t head[8], back[8];
	char *bytes = malloc(len + 1), *got = malloc(len + 1);
	uint64_t i;
	vv_status rc;

	assert_true(bytes && got);
	for (i = 0; i < len; i++) {
		bytes[i] = (char)(i * 31 + i / 251);
	}
	vv_put_le64(head, len);
	if ((rc = vv_channel_write(c, head, 8, err)) < 0 ||
	    (rc = vv_channel_write(c, bytes, len, err)) < 0 || (rc = vv_channel_turn(c, err)) < 0 ||
	    (rc = vv_channel_read(c, back, 8, err)) < 0) {
		goto done;
	}
	assert_memory_equal(head, back, 8);
	if ((rc = vv_channel_read(c, got, len, err)) < 0) {
		goto done;
	}
	assert_memory_equal(bytes, got, len);
	rc = vv_channel_done(c, err);
done:
	free(bytes);
	free(got);
	return rc;
}

/* Who the server thinks we are. */
vv_status hx_ask_who(vv_channel *c, char out[64], vv_error *err)
{
	uint8_t head[8] = {0};
	vv_status rc;

	if ((rc = vv_channel_write(c, head, 8, err)) < 0 || (rc = vv_channel_turn(c, err)) < 0 ||
	    (rc = vv_channel_read(c, head, 8, err)) < 0) {
		return rc;
	}
	assert_true(vv_get_le64(head) < 64);
	rc = vv_channel_read(c, out, (size_t)vv_get_le64(head), err);
	out[vv_get_le64(head)] = '\0';
	return rc < 0 ? rc : vv_channel_done(c, err);
}

/* ---- a server with scripted answers ---- */

void hx_pause(unsigned ms)
{
	(void)poll(NULL, 0, (int)ms);
}

static void play(void *payload)
{
	hx_script *s = payload;
	unsigned i;

	for (i = 0; i < s->answers; i++) {
		int fd = accept(s->listener, NULL, NULL);
		const char *answer = i > 0 && s->second ? s->second : s->answer;
		size_t have = 0;

		if (fd < 0) return;
		while (have < sizeof(s->heads[0]) - 1 && !strstr(s->heads[i & 3], "\r\n\r\n")) {
			ssize_t n = read(fd, s->heads[i & 3] + have,
					 sizeof(s->heads[0]) - 1 - have);

			if (n <= 0) {
				break;
			}
			have += (size_t)n;
			s->heads[i & 3][have] = '\0';
		}
		(void)!write(fd, answer, s->answer_len ? s->answer_len : strlen(answer));
		for (unsigned ms = 0;
		     s->drips && ms < s->hold_ms && send(fd, "x", 1, MSG_NOSIGNAL) == 1;
		     ms += 100) {
			hx_pause(100);
		}
		hx_pause(s->drips ? 0 : s->hold_ms);
		(void)close(fd);
	}
}

void hx_script_begin(hx_script *s, const char *answer, unsigned answers)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	socklen_t len = sizeof(at);

	memset(s, 0, sizeof(*s));
	s->answer = answer;
	s->answers = answers;
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(s->listener, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(s->listener, 8), 0);
	assert_int_equal(getsockname(s->listener, (struct sockaddr *)&at, &len), 0);
	s->port = ntohs(at.sin_port);
}

void hx_script_run(hx_script *s)
{
	s->worker = vv_worker_start(play, s);
	assert_non_null(s->worker);
}

void hx_script_end(hx_script *s)
{
	(void)shutdown(s->listener, SHUT_RDWR);
	vv_worker_join(s->worker);
	(void)close(s->listener);
}

/* Sends a request to the hx_script server, and returns the error. */
vv_error hx_ask_script(hx_script *s, vv_status wanted, unsigned idle)
{
	char url[64];
	vv_channel *c;
	vv_error err;

	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/x", s->port);
	hx_script_run(s);
	vv_assert_ok(hx_connect(&c, url, false, idle, &err), &err);
	vv_assert_status(hx_ask(c, 5, &err), wanted, &err);
	vv_channel_close(c);
	hx_script_end(s);
	return err;
}

int hx_dial(const hx_server *f)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	at.sin_port = htons((uint16_t)hx_port(f));
	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	return fd;
}

/* Sends text on a new connection; the start of the answer ("" if the connection is closed). */
const char *hx_say(const hx_server *f, const char *text, size_t len)
{
	static char got[4096];
	size_t have = 0;
	int fd = hx_dial(f);
	ssize_t n;

	while (len > 0 && (n = send(fd, text, len, MSG_NOSIGNAL)) > 0) {
		text += n;
		len -= (size_t)n;
	}
	(void)shutdown(fd, SHUT_WR);
	while (have < sizeof(got) - 1 && (n = read(fd, got + have, sizeof(got) - 1 - have)) > 0) {
		have += (size_t)n;
	}
	got[have] = '\0';
	(void)close(fd);
	return got;
}
