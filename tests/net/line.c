/*
 * line URL: connects as varve does, sends what comes on stdin in one turn, and prints an answer
 * of the same length. For tests of channels with `cat` behind a greeting at the far end.
 *
 * Lines beside the protocol go to stderr after "remote: ". A question is answered with the next
 * line of the file that VARVE_TEST_ANSWERS names, and printed to stderr; without that file nobody
 * can be asked. VARVE_TEST_IDLE: the longest wait in seconds. VARVE_TEST_PROGRAM: varve's name on
 * the far side. A failure is one line "<status>: <message>" and one "hint: <hint>", exit code 1.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "transport/line/channel.h"
#include "transport/protocol/connect.h"

static FILE *answers;

static vv_status ask(void *payload, const char *prompt, bool echo, vv_buf *out, vv_error *err)
{
	char line[256];

	(void)payload;
	(void)fprintf(stderr, "asked%s: %s\n", echo ? "" : " for a secret", prompt);
	if (!fgets(line, sizeof(line), answers)) {
		return vv_fail(err, VV_EUSAGE, "no answer is left for: %s", prompt);
	}
	line[strcspn(line, "\n")] = '\0';
	vv_buf_puts(out, line);
	return vv_buf_ok(out, err);
}

static void show(void *payload, const char *line, size_t len)
{
	(void)payload;
	(void)fprintf(stderr, "remote: %.*s\n", (int)len, line);
}

static vv_status talk(vv_channel *line, vv_error *err)
{
	char *sent = NULL, piece[65536];
	size_t len = 0, got;
	vv_status rc = VV_OK;
	vv_buf in = VV_BUF_INIT;

	while ((got = fread(piece, 1, sizeof(piece), stdin)) > 0) {
		vv_buf_put(&in, piece, got);
	}
	len = in.len;
	sent = in.data;
	if ((rc = vv_channel_write(line, sent, len, err)) == VV_OK) {
		rc = vv_channel_turn(line, err);
	}
	while (rc == VV_OK && len > 0) {
		size_t step = len < sizeof(piece) ? len : sizeof(piece);

		if ((rc = vv_channel_read(line, piece, step, err)) == VV_OK) {
			(void)fwrite(piece, 1, step, stdout);
			len -= step;
		}
	}
	vv_buf_clear(&in);
	return rc == VV_OK ? vv_channel_done(line, err) : rc;
}

extern char **environ;

int main(int argc, char **argv)
{
	const char *idle = getenv("VARVE_TEST_IDLE"), *file = getenv("VARVE_TEST_ANSWERS");
	vv_connect_options o = {0};
	vv_channel *line = NULL;
	vv_error err;
	vv_url url;
	vv_status rc;
	vv_env *env;

	if (argc != 2 || (file && !(answers = fopen(file, "r")))) return 2;
	if (vv_env_new(&env, (const char *const *)environ, &err) < 0) return 2;
	o.env = env;
	o.idle_sec = idle ? (unsigned)strtoul(idle, NULL, 10) : 20;
	o.remote_program = getenv("VARVE_TEST_PROGRAM");
	o.ask = answers ? ask : NULL;
	o.line = show;
	if ((rc = vv_url_read(&url, argv[1], &err)) == VV_OK &&
	    (rc = vv_connect(&line, &url, &o, &err)) == VV_OK) {
		rc = talk(line, &err);
	}
	vv_channel_close(line);
	vv_url_clear(&url);
	vv_env_free(env);
	if (answers) {
		(void)fclose(answers);
	}
	if (rc < 0) {
		(void)fprintf(stderr, "%d: %s\n", (int)rc, err.message);
		if (err.hint[0]) {
			(void)fprintf(stderr, "hint: %s\n", err.hint);
		}
	}
	return rc < 0;
}
