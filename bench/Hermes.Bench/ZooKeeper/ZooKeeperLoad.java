import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.zookeeper.AsyncCallback;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;

/**
 * The Java client under the benchmark's load: lanes that each have one call in flight and make the next from the
 * answer's callback. Takes the same arguments and says the same lines as the .NET side.
 */
public final class ZooKeeperLoad {
    private final ZooKeeper[] clients;
    private final int lanes;
    private final int nodes;
    private final byte[] value;

    private ZooKeeperLoad(ZooKeeper[] clients, int lanes, int nodes, int size) {
        this.clients = clients;
        this.lanes = lanes;
        this.nodes = nodes;
        this.value = new byte[size];
    }

    public static void main(String[] arguments) throws Exception {
        ZooKeeper[] clients = new ZooKeeper[Integer.parseInt(arguments[1])];
        for (int i = 0; i < clients.length; i++) {
            CountDownLatch connected = new CountDownLatch(1);
            clients[i] = new ZooKeeper(arguments[0], 30_000, event -> {
                if (event.getState() == Watcher.Event.KeeperState.SyncConnected) {
                    connected.countDown();
                }
            });
            connected.await();
        }
        ZooKeeperLoad load = new ZooKeeperLoad(
            clients, Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]), Integer.parseInt(arguments[4]));
        System.out.println("ready");
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = commands.readLine(); line != null; line = commands.readLine()) {
            String[] command = line.split(" "); // number, operation, milliseconds
            load.round(command[0], command[1].equals("set"), Long.parseLong(command[2]) * 1_000_000);
        }
        for (ZooKeeper client : clients) {
            client.close();
        }
    }

    private void round(String number, boolean set, long nanoseconds) throws InterruptedException {
        AtomicLong answers = new AtomicLong();
        CountDownLatch ended = new CountDownLatch(lanes);
        long start = System.nanoTime();
        for (int i = 0; i < lanes; i++) {
            Lane lane = new Lane(clients[i % clients.length], "/bench/" + i % nodes, start + nanoseconds, ended, answers);
            if (set) {
                lane.set();
            } else {
                lane.get();
            }
        }
        ended.await();
        System.out.println("round " + number + " " + answers.get() + " " + (System.nanoTime() - start));
    }

    private final class Lane {
        private final ZooKeeper client;
        private final String path;
        private final long end;
        private final CountDownLatch ended;
        private final AtomicLong answers;
        private long mine;
        private final AsyncCallback.DataCallback got = (code, path, context, data, stat) -> {
            if (answered(code, data == null ? 0 : data.length)) {
                get();
            }
        };
        private final AsyncCallback.StatCallback written = (code, path, context, stat) -> {
            if (answered(code, stat == null ? 0 : stat.getDataLength())) {
                set();
            }
        };

        Lane(ZooKeeper client, String path, long end, CountDownLatch ended, AtomicLong answers) {
            this.client = client;
            this.path = path;
            this.end = end;
            this.ended = ended;
            this.answers = answers;
        }

        void get() {
            client.getData(path, false, got, null);
        }

        void set() {
            client.setData(path, value, -1, written, null);
        }

        private boolean answered(int code, int length) {
            if (code != 0 || length != value.length) {
                System.err.println("answer " + code + " of " + length + " bytes");
                System.exit(1);
            }
            mine++;
            if (System.nanoTime() < end) {
                return true;
            }
            answers.addAndGet(mine);
            ended.countDown();
            return false;
        }
    }
}
