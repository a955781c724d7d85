# A static page: built by copying a folder, served by Python's little web server.
project = "static"

app "page" {
  build {
    use "process" {
      output = "public"
    }
  }

  deploy {
    use "process" {
      command = "exec python3 -m http.server --bind 127.0.0.1 $PORT"
      health {
        http = "/"
      }
    }
  }

  # The address that stays: http://127.0.0.1:8701
  release {
    use "process" {
      port = 8701
    }
  }
}
