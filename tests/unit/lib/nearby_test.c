/*
 * nearby: what avahi-browse prints, and which URLs are made of it.
 */
#include "tests/unit/support.h"

#include <string.h>

#include "lib/heads/nearby.h"

/* The URLs that the lines give, each with a space behind it. */
static void gives(const char *lines, const char *urls)
{
	vv_auto(vv_named) n = {.mirrors = VV_BUF_INIT};
	vv_auto(vv_buf) all = VV_BUF_INIT;
	const char *url = NULL;

	assert_int_equal(vv_nearby_read(&n, lines, strlen(lines), NULL), VV_OK);
	while ((url = vv_named_mirror(&n, url))) {
		vv_buf_printf(&all, "%s ", url);
	}
	assert_string_equal(vv_buf_cstr(&all), urls);
}

#define LINE(address, port, texts)                                                                 \
	"=;v0;IPv4;a\\032\\059b;_varve._tcp;local;desk.local;" address ";" port ";" texts "\n"

static void services_with_a_path_are_urls_once(void **state)
{
	(void)state;
	gives(LINE("192.168.1.7", "8080", "\"path=/sales\""), "http://192.168.1.7:8080/sales ");
	gives(LINE("10.0.0.1", "80", "\"v=1\" \"path=/x%20y\"")
		      LINE("10.0.0.1", "80", "\"path=/x%20y\""),
	      "http://10.0.0.1:80/x%20y ");
	gives(LINE("fd00::7", "1", "\"path=/\""), "http://[fd00::7]:1/ ");
}

static void what_is_no_address_port_or_path_is_passed_over(void **state)
{
	(void)state;
	gives("+;v0;IPv4;a;_varve._tcp;local\nnonsense\n=;;;\n", "");
	gives(LINE("127.0.0.1", "80", "\"path=/s\""), "");
	gives(LINE("0.0.0.0", "80", "\"path=/s\""), "");
	gives(LINE("::1", "80", "\"path=/s\""), "");
	gives(LINE("fe80::1", "80", "\"path=/s\""), "");
	gives(LINE("evil@10.0.0.1", "80", "\"path=/s\""), "");
	gives(LINE("", "80", "\"path=/s\""), "");
	gives(LINE("10.0.0.1", "0", "\"path=/s\""), "");
	gives(LINE("10.0.0.1", "65536", "\"path=/s\""), "");
	gives(LINE("10.0.0.1", "80", ""), "");
	gives(LINE("10.0.0.1", "80", "\"path=s\""), "");
	gives(LINE("10.0.0.1", "80", "\"path=/$(id)\""), "");
	gives(LINE("10.0.0.1", "80", "\"path=/s"), "");
	gives("=;v0;IPv4;a;_varve._tcp;local;d;10.0.0.1;80;\"path=/cut\"", "");
}

static void of_many_the_first_few_are_taken(void **state)
{
	vv_auto(vv_buf) lines = VV_BUF_INIT;
	vv_auto(vv_named) n = {.mirrors = VV_BUF_INIT};
	const char *url = NULL;
	size_t count = 0;

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		vv_buf_printf(&lines, "=;v0;IPv4;a;_varve._tcp;local;d;10.0.%u.1;80;\"path=/s\"\n",
			      i % 256);
	}
	assert_int_equal(vv_nearby_read(&n, lines.data, lines.len, NULL), VV_OK);
	while ((url = vv_named_mirror(&n, url))) {
		count++;
	}
	assert_int_equal(count, VV_NEARBY_MAX);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(services_with_a_path_are_urls_once),
	cmocka_unit_test(what_is_no_address_port_or_path_is_passed_over),
	cmocka_unit_test(of_many_the_first_few_are_taken),
};
VV_TEST_SUITE(nearby)
