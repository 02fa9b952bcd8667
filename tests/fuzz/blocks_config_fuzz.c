/*
 * Reads the input as a committed .varveconfig. Whatever it is, reading ends; what is taken are names of refs
 * and URLs of other machines, and no more of them than the limit.
 */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "lib/remotes/blocks_config.h"
#include "tests/fuzz/fuzz.h"
#include "transport/line/url.h"

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

static void check_urls(char *const *urls, size_t count)
{
	require(count <= VV_BLOCKS_URLS_MAX);
	for (size_t i = 0; i < count; i++) {
		vv_error err;
		vv_url u;

		require(vv_url_read(&u, urls[i], &err) == VV_OK);
		require(u.kind == VV_URL_SSH || u.kind == VV_URL_HTTP || u.kind == VV_URL_IPFS);
		vv_url_clear(&u);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	vv_blocks_config c;
	vv_error err = {0};
	vv_status rc = vv_blocks_config_parse(&c, (const char *)data, size, &err);

	if (rc < 0) {
		require(err.message[0] != '\0' && !c.ref && c.urls.count == 0 &&
			c.push_urls.count == 0);
		return 0;
	}
	check_urls(c.urls.items, c.urls.count);
	check_urls(c.push_urls.items, c.push_urls.count);
	require(!c.ref || (strncmp(c.ref, "refs/", 5) == 0 && !strstr(c.ref, "..")));
	vv_blocks_config_clear(&c);
	return 0;
}
