/* Reads the input as a README with addresses without targets: the HTML has nothing that a browser follows, loads or runs. */
#include <stdlib.h>
#include <string.h>

#include "cmd/web/pages/markdown.h"
#include "tests/fuzz/fuzz.h"

static const char *nowhere(void *payload, const char *address, bool picture)
{
	(void)payload;
	(void)address;
	(void)picture;
	return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const harm[] = {"<a ", "<img", "<script", "href=\"", "src=\"", "<!--"};
	const vv_markdown_links links = {nowhere, NULL};
	vv_html h = VV_HTML_INIT;
	vv_buf out = VV_BUF_INIT;
	vv_error err;

	if (vv_markdown_put(&h, (const char *)data, size, &links, &err) < 0 ||
	    vv_html_take(&h, &out, &err) < 0) {
		abort();
	}
	for (size_t i = 0; i < sizeof(harm) / sizeof(harm[0]); i++) {
		if (strstr(vv_buf_cstr(&out), harm[i])) {
			abort();
		}
	}
	vv_buf_clear(&out);
	vv_html_clear(&h);
	return 0;
}
