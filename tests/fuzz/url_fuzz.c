/*
 * Reads the input as a URL. What is taken keeps the promises of transport/line/url.h: no control
 * character, nothing that begins with '-', no quote in a path of ssh, no password in what is
 * shown; and what is shown reads as the same URL without the password.
 */
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "tests/fuzz/fuzz.h"
#include "transport/line/url.h"

static void require(int held)
{
	if (!held) {
		abort();
	}
}

static int same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static void check_part(const char *text)
{
	require(!text || text[0] != '-');
	for (; text && *text; text++) {
		require((unsigned char)*text >= 0x20 && *text != 0x7f);
	}
}

static void check(const vv_url *u)
{
	vv_url again;
	vv_error err;

	require(u->text != NULL && u->path != NULL);
	check_part(u->user);
	check_part(u->host);
	check_part(u->path);
	require(u->port <= 65535);
	require((u->kind == VV_URL_PATH || u->kind == VV_URL_RCLONE) == (u->host == NULL));
	if (u->kind == VV_URL_SSH || u->kind == VV_URL_SFTP) {
		require(!u->secret && *u->path && !strpbrk(u->path, "'\"`$;\\|&<>"));
		require(!u->user || !strpbrk(u->user, "'\"`$;|&<> "));
	}
	if (u->kind == VV_URL_HTTP || u->kind == VV_URL_IPFS) {
		require(!strpbrk(u->path, "?# \"\\") && !strstr(u->path, "/../"));
	}
	if (u->kind == VV_URL_S3) {
		require(!u->user && !u->secret && u->port == 0 && !strpbrk(u->path, "?# \"\\"));
	}
	require(vv_url_read(&again, u->text, &err) == VV_OK);
	require(again.kind == u->kind && again.tls == u->tls && again.port == u->port &&
		same(again.user, u->user) && same(again.host, u->host) &&
		same(again.path, u->path) && same(again.query, u->query) && again.secret == NULL);
	vv_url_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = vv_strndup((const char *)data, size);
	vv_error err;
	vv_url u;

	if (text && vv_url_read(&u, text, &err) == VV_OK) {
		check(&u);
		vv_url_clear(&u);
	} else if (text) {
		require(err.code == VV_EUSAGE && err.message[0]);
	}
	vv_free(text);
	return 0;
}
