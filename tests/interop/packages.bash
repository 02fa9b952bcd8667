# The npm packages of a folder, pinned in its package-lock.json and installed once.

# install_packages FOLDER WHERE: and the folder's programs beside them. False: they cannot be had.
install_packages() {
	local from=$1 packages=$2
	mkdir -p "$packages" || return 1
	(
		flock 9
		cd "$packages" || exit 1
		if ! cmp -s "$from/package-lock.json" package-lock.json || [ ! -d node_modules ]; then
			rm -rf node_modules
			cp -r "$from/package.json" "$from/package-lock.json" .
			[ ! -d "$from/no_webrtc" ] || cp -r "$from/no_webrtc" .
			timeout 240 npm ci --ignore-scripts --no-audit --no-fund > npm.log 2>&1 || {
				rm -rf node_modules package-lock.json
				exit 1
			}
		fi
		cp "$from/"*.mjs .
	) 9> "$packages/lock"
}

need_node() {
	command -v node > /dev/null && command -v npm > /dev/null || skip "node is not installed"
	[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] || skip "node is older than 20"
}

one_version() {
	new_repo src
	cd src
	rows 20000 > prices.csv
	varve add prices.csv
	varve commit -qm one
	root=$(git show HEAD:prices.csv | sed -n 's/.*"root": "\([a-z0-9]*\)".*/\1/p')
	cd ..
}

# The version's file, published: $file.
published() {
	one_version
	file=$(varve -C src ipfs publish --json HEAD:prices.csv | sed -n 's/.*"file": "\([a-z0-9]*\)".*/\1/p')
}

serve() {
	: > server.log
	varve serve --http 127.0.0.1:0 src 2>> server.log 3>&- &
	server=$!
	for i in $(seq 100); do
		url=$(sed -n 's/.* at \(http.*\)$/\1/p' server.log)
		[ -z "$url" ] || return 0
		sleep 0.1
	done
	return 1
}

# install_jars FOLDER WHERE: what FOLDER/pom.xml names, from Maven, as WHERE/lib/*.jar. False: they cannot be had.
install_jars() {
	local from=$1 packages=$2
	mkdir -p "$packages" || return 1
	(
		flock 9
		cd "$packages" || exit 1
		if ! cmp -s "$from/pom.xml" pom.xml || [ ! -d lib ]; then
			rm -rf lib pom.xml
			cp "$from/pom.xml" wanted.xml
			timeout 240 mvn -q -B -f wanted.xml org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies \
				-DoutputDirectory=lib > mvn.log 2>&1 || {
				rm -rf lib
				exit 1
			}
			mv wanted.xml pom.xml
		fi
	) 9> "$packages/lock"
}

# install_go PACKAGE VERSION WHERE: a program of a Go module, as WHERE/bin/NAME; minutes. False: it cannot be had. (`go install`
# refuses the versions of some.)
install_go() {
	local package=$1 version=$2 packages=$3
	mkdir -p "$packages" || return 1
	(
		flock 9
		cd "$packages" || exit 1
		if [ "$(cat built 2> /dev/null)" != "$package@$version" ]; then
			rm -rf bin built source
			mkdir source
			(cd source && go mod init test && timeout 600 go get "$package@$version" &&
				timeout 1800 go build -o "../bin/${package##*/}" "$package") > go.log 2>&1 || exit 1
			echo "$package@$version" > built
		fi
	) 9> "$packages/lock"
}
