/*
 * Networks: two networks with different gateways have different ids, and an id does not reveal the gateway.
 */
#include <string.h>

#include "base/file.h"
#include "tests/unit/support.h"
#include "transport/line/network.h"

#define HEAD "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
#define NEAR "eth0\t0000A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
#define HOME "eth0\t00000000\t0100A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
#define RADIO "wlan0\t00000000\t0100A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\n"
#define ARP_HEAD "IP address       HW type     Flags       HW address            Mask     Device\n"
#define ROUTER_A "192.168.0.1      0x1         0x2         02:fc:00:00:00:05     *        eth0\n"
#define ROUTER_B "192.168.0.1      0x1         0x2         02:fc:00:00:00:06     *        eth0\n"
#define UNKNOWN "192.168.0.1      0x1         0x0         00:00:00:00:00:00     *        eth0\n"
#define OTHER_BOX "192.168.0.9      0x1         0x2         02:fc:00:00:00:07     *        eth0\n"
#define ZEROS "00000000000000000000000000000000"
#define ROUTE6(gateway, device)                                                                    \
	ZEROS " 00 " ZEROS " 00 " gateway " 00000400 00000001 00000000 00000003 " device "\n"
#define GATEWAY6                                                                                   \
	"fe80000000000000000000000000000"                                                          \
	"1"

static void put(const char *name, const char *text)
{
	vv_error err;

	if (text) {
		vv_test_write_text(vv_test_path("tables/%s", name), text);
	} else {
		vv_assert_ok(vv_unlink(vv_test_path("tables/%s", name), true, &err), &err);
	}
}

static uint64_t id(const char *route, const char *arp, const char *route6, uint64_t key)
{
	put("route", route);
	put("arp", arp);
	put("ipv6_route", route6);
	return vv_network_id(vv_test_path("tables"), key);
}

static void a_network_is_its_best_way_out(void **state)
{
	const uint64_t home = id(HEAD NEAR HOME, ARP_HEAD ROUTER_A, NULL, 7);

	(void)state;
	/* a second, worse way out, other machines near, the order of lines: still the same */
	assert_true(home == id(HEAD RADIO NEAR HOME, ARP_HEAD OTHER_BOX ROUTER_A, NULL, 7));
	assert_true(home == id(HEAD HOME NEAR, ARP_HEAD ROUTER_A, ROUTE6(GATEWAY6, "eth1"), 7));
	/* another router with the same address, another interface, another address */
	assert_true(home != id(HEAD NEAR HOME, ARP_HEAD ROUTER_B, NULL, 7));
	assert_true(home != id(HEAD NEAR RADIO, ARP_HEAD ROUTER_A, NULL, 7));
	assert_true(home != id(HEAD NEAR HOME, ARP_HEAD UNKNOWN, NULL, 7));
	assert_true(id(HEAD NEAR HOME, NULL, NULL, 7) ==
		    id(HEAD NEAR HOME, ARP_HEAD UNKNOWN OTHER_BOX, NULL, 7));
}

static void without_a_way_out_all_is_one_network(void **state)
{
	const uint64_t none = id(NULL, NULL, NULL, 7);

	(void)state;
	assert_true(none == id(HEAD NEAR, ARP_HEAD ROUTER_A, NULL, 7));
	assert_true(none == id(HEAD, NULL, ROUTE6(ZEROS, "lo"), 7));
	assert_true(none != id(NULL, NULL, ROUTE6(GATEWAY6, "eth0"), 7));
	assert_true(none == vv_network_id(vv_test_path("nowhere"), 7));
}

static void the_number_depends_on_the_key(void **state)
{
	(void)state;
	assert_true(id(HEAD HOME, NULL, NULL, 7) != id(HEAD HOME, NULL, NULL, 8));
}

static void strange_tables_are_no_trouble(void **state)
{
	char text[4000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	const uint64_t none = id(NULL, NULL, NULL, 7);
	assert_true(none == id(text, text, text, 7));
	assert_true(none == id("\n\n \t \n", "", "eth0", 7));
	assert_true(none ==
		    id(HEAD "eth0 00000000 0100A8C0 0003 0 0 what 00000000 0 0 0\n", "", "", 7));
	/* words and lines that are too long are cut, and what follows is still read */
	memcpy(text + 3900, "\n" HOME, sizeof("\n" HOME));
	assert_true(id(text, NULL, NULL, 7) == id(HOME, NULL, NULL, 7));
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_network_is_its_best_way_out),
	cmocka_unit_test(without_a_way_out_all_is_one_network),
	cmocka_unit_test(the_number_depends_on_the_key),
	cmocka_unit_test(strange_tables_are_no_trouble),
};

VV_TEST_SUITE(network)
