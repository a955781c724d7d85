# One project, two apps: a page, and the API that the page asks. Each is built, deployed and released on its own;
# `waypoint up -app=api` touches the API alone.
project = "two-apps"

app "api" {
  path = "./api"

  build {
    use "process" {}
  }

  deploy {
    use "process" {
      command = ["python3", "server.py"]
      health {
        http = "/time"
      }
    }
  }

  release {
    use "process" {
      port = 8711
    }
  }
}

app "web" {
  path = "./web"

  build {
    use "process" {}
  }

  deploy {
    use "process" {
      command = "exec python3 -m http.server --bind 127.0.0.1 $PORT"
      health {
        http = "/"
      }
    }
  }

  release {
    use "process" {
      port = 8712
    }
  }
}
